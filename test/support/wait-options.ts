/** How long `vi.waitFor` waits for what must come: long, since it only guards against a hang on a busy machine. */
export const waitOptions = { timeout: 60_000, interval: 20 } as const;
