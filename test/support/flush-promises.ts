/** Resolves after all promises that do not wait for I/O or timers. */
export const flushPromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
