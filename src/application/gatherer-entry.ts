/** An item of a batch, and how to finish it: resolve or reject. Only the first call has an effect. */
export interface Entry<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** An entry that knows whether it is finished, and until when it may wait. */
export class PendingEntry<Item, Result> implements Entry<Item, Result> {
  readonly item: Item;
  readonly size: number;
  readonly deadline: number;
  finished = false;
  private readonly outcome: { resolve(result: Result): void; reject(error: unknown): void; finished(): void };

  constructor(item: Item, size: number, deadline: number, outcome: PendingEntry<Item, Result>["outcome"]) {
    this.item = item;
    this.size = size;
    this.deadline = deadline;
    this.outcome = outcome;
  }

  resolve(result: Result): void {
    if (this.close()) this.outcome.resolve(result);
  }

  reject(error: unknown): void {
    if (this.close()) this.outcome.reject(error);
  }

  private close(): boolean {
    if (this.finished) return false;
    this.finished = true;
    this.outcome.finished();
    return true;
  }
}
