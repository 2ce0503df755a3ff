import type { WatchedBoards } from "../ports/notices.js";

/** After this many ticks without a read a board is read without a notice, because notices may be lost. */
const maxQuietTicks = 10;

/** A board as it is sent, and the part of it that counts as a change: a new read time alone is no change. */
export type BoardText = { readonly text: string; readonly state: string };
/** Reads a board. A `recent` result may come from a cache; `now` is read after the call. */
export type ReadBoard = (age: "recent" | "now") => Promise<BoardText>;
export type SendBoard = (text: string) => void;

type Watcher = { readonly send: SendBoard; state: string; isNew: boolean };

/** One board with its watchers. It is read once for all of them. */
export class WatchedBoard {
  readonly boards: WatchedBoards;
  private readonly read: ReadBoard;
  private readonly watchers = new Set<Watcher>();
  private state: string;
  private isDue = true;
  private quietTicks = 0;

  constructor(boards: WatchedBoards, read: ReadBoard, state: string) {
    this.boards = boards;
    this.read = read;
    this.state = state;
  }

  get isWatched(): boolean {
    return this.watchers.size > 0;
  }

  /** Adds a watcher that has just received the board in `state`. The returned function removes it. */
  add(send: SendBoard, state: string): () => void {
    // The state may be older than the last notice, and that notice is not repeated.
    this.isDue = true;
    const watcher: Watcher = { send, state, isNew: true };
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Makes the next tick read the board. */
  markDue(): void {
    this.isDue = true;
  }

  /** Reads the board if it is due and sends it to the watchers whose state differs. If the read fails, it stays due. */
  async tick(): Promise<void> {
    this.quietTicks += 1;
    if (!this.isDue && this.quietTicks < maxQuietTicks) return;
    // Reset before the read, so that a notice during the read makes the board due again.
    this.isDue = false;
    try {
      this.publish(await this.read("now"));
      this.quietTicks = 0;
    } catch (error) {
      this.isDue = true;
      throw error;
    }
  }

  private publish({ text, state }: BoardText): void {
    // Watchers share one string object per state: comparing a string with itself costs nothing.
    if (this.state !== state) this.state = state;
    for (const watcher of this.watchers) {
      const hasChanged = watcher.state !== this.state;
      // A new watcher received a board less than one tick ago. It receives the change at the next tick.
      if (hasChanged && watcher.isNew) this.isDue = true;
      else {
        watcher.state = this.state;
        if (hasChanged) watcher.send(text);
      }
      watcher.isNew = false;
    }
  }
}
