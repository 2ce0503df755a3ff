/** Choices that follow from a seed alone (mulberry32): the same seed, the same choices. */
export class SeededRandom {
  private state: number;

  constructor(seed: number) {
    // Spread, so that neighbouring seeds have nothing in common.
    this.state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }

  /** From 0 to 1, 1 left out. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of them; each as likely as often as it stands there. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }

  /** The same, taken out of the list. */
  draw<T>(items: T[]): T {
    const [item] = items.splice(this.below(items.length), 1);
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }
}
