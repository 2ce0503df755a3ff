/** A random number generator (mulberry32): the same seed gives the same numbers. */
export class SeededRandom {
  private state: number;

  constructor(seed: number) {
    // Multiplied, so that neighboring seeds give unrelated numbers.
    this.state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }

  /** Returns a number from 0 to 1, without 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** Returns an integer from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Returns one of the items. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("the list is empty");
    return item;
  }

  /** Removes one of the items from the list and returns it. */
  draw<T>(items: T[]): T {
    const [item] = items.splice(this.below(items.length), 1);
    if (item === undefined) throw new Error("the list is empty");
    return item;
  }
}
