/** Who in this process wants to hear of what. */
export class Hearers<Key, Heard> {
  private readonly byKey = new Map<Key, Set<{ readonly hear: (heard: Heard) => void }>>();
  private readonly failed: (error: unknown) => void;

  /** @param failed hears of hearers that threw, which is no other hearer's concern */
  constructor(failed: (error: unknown) => void) {
    this.failed = failed;
  }

  /** Hears of `key` until the answer is called. */
  subscribe(key: Key, hear: (heard: Heard) => void): () => void {
    const hearers = this.byKey.get(key) ?? new Set();
    // An object of its own: the same function that comes twice also leaves twice.
    const hearer = { hear };
    this.byKey.set(key, hearers.add(hearer));
    return () => {
      hearers.delete(hearer);
      if (hearers.size === 0 && this.byKey.get(key) === hearers) this.byKey.delete(key);
    };
  }

  /** Tells whoever hears of `key` now. */
  tell(key: Key, heard: Heard): void {
    // A copy: whoever has heard enough leaves while it is told.
    for (const { hear } of [...(this.byKey.get(key) ?? [])])
      try {
        hear(heard);
      } catch (error) {
        this.failed(error);
      }
  }
}
