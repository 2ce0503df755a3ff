import type { BoardNotices, WatchedBoards } from "../ports/board-notices.js";

/** Ticks after which a board is read without a notice, for notices that were lost. */
const patientTicks = 10;

type Tell = (text: string) => void;
type Watched = {
  readonly boards: WatchedBoards;
  readonly read: () => Promise<string>;
  readonly watchers: Set<Tell>;
  told: string | undefined;
  quietTicks: number;
};

/** Tells watchers a board at once and on change, at most once a tick; each board is read once for all who watch it. */
export class WatchBoards {
  private readonly watched = new Map<string, Watched>();
  private readonly changed = new Set<WatchedBoards>();
  private readonly notices: BoardNotices;
  private stopHearing: (() => void)[] = [];

  constructor(notices: BoardNotices) {
    this.notices = notices;
  }

  start(): void {
    this.stopHearing = (["sold-out", "products"] as const).map((boards) =>
      this.notices.subscribe(boards, () => this.changed.add(boards)),
    );
  }

  stop(): void {
    for (const stop of this.stopHearing.splice(0)) stop();
  }

  /** @param name tells what `read` reads from anything else that is watched. The answer ends the watching. */
  async watch(boards: WatchedBoards, name: string, read: () => Promise<string>, tell: Tell): Promise<() => void> {
    const text = await read();
    tell(text);
    const board = this.watched.get(name) ?? { boards, read, watchers: new Set(), told: text, quietTicks: 0 };
    this.watched.set(name, board);
    board.watchers.add(tell);
    // Told differently since: whoever watches already hears of it at the next tick.
    if (board.told !== text) this.changed.add(boards);
    return () => {
      board.watchers.delete(tell);
      if (board.watchers.size === 0 && this.watched.get(name) === board) this.watched.delete(name);
    };
  }

  /** Reads what has changed and tells it; to be called once a second. */
  async tick(): Promise<void> {
    const changed = new Set(this.changed);
    this.changed.clear();
    for (const board of this.watched.values()) {
      board.quietTicks += 1;
      if (!changed.has(board.boards) && board.quietTicks < patientTicks) continue;
      board.quietTicks = 0;
      const text = await board.read();
      if (text === board.told) continue;
      board.told = text;
      for (const tell of [...board.watchers]) tell(text);
    }
  }
}
