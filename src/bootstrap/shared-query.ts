/** Shares one running query between all callers, such as the gauges of one scrape. */
export const sharedQuery = <T>(query: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<T> | undefined;
  return () => {
    running ??= query().finally(() => {
      running = undefined;
    });
    return running;
  };
};
