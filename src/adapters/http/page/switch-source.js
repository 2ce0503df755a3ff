/** Returns a function that starts `start(key, signal)` for a new key and ends the previous one; the same key is a no-op. */
export const switchSource = (signal, start) => {
  let currentKey;
  let current = new AbortController();
  return (key) => {
    if (key === currentKey) return;
    currentKey = key;
    current.abort();
    current = new AbortController();
    start(key, AbortSignal.any([signal, current.signal]));
  };
};
