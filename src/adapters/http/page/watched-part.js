/** Runs one watching at a time: a new key ends the one before, the same key leaves it. */
export const watchedPart = (signal, watch) => {
  let current;
  let watching = new AbortController();
  return (key) => {
    if (key === current) return;
    current = key;
    watching.abort();
    watching = new AbortController();
    watch(key, AbortSignal.any([signal, watching.signal]));
  };
};
