/** The callbacks of this process that wait for values, by key. */
export class Listeners<Key, Value> {
  private readonly byKey = new Map<Key, Set<{ readonly call: (value: Value) => void }>>();
  private readonly onError: (error: unknown) => void;

  /** @param onError receives what a listener threw; the other listeners are still called */
  constructor(onError: (error: unknown) => void) {
    this.onError = onError;
  }

  /** Adds a listener, and returns the function that removes it. */
  add(key: Key, call: (value: Value) => void): () => void {
    const listeners = this.byKey.get(key) ?? new Set();
    // A new object per call, so that one function can be added twice and removed twice.
    const listener = { call };
    this.byKey.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.byKey.get(key) === listeners) this.byKey.delete(key);
    };
  }

  /** Calls the listeners that the key has now. */
  notify(key: Key, value: Value): void {
    // A copy, because a listener may remove itself or add another one.
    for (const { call } of [...(this.byKey.get(key) ?? [])])
      try {
        call(value);
      } catch (error) {
        this.onError(error);
      }
  }

  /** Returns the keys that have a listener. */
  keys(): readonly Key[] {
    return [...this.byKey.keys()];
  }
}
