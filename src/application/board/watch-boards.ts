import { type BusinessDay, businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { Clock } from "../ports/clock.js";
import type { BoardNotices, WatchedBoards } from "../ports/notices.js";

/** Ticks after which a board is read without a notice, for notices that were lost. */
const patientTicks = 10;

/** What watchers are told, and what of it makes it another board than before: the time of reading alone does not. */
export type BoardText = { readonly text: string; readonly state: string };
/** Reads a board; `recent` may be a moment old, `now` is read after it was asked for. */
export type ReadBoard = (age: "recent" | "now") => Promise<BoardText>;

type Tell = (text: string) => void;
type Watcher = { readonly tell: Tell; state: string; isNew: boolean };
type Watched = {
  readonly boards: WatchedBoards;
  readonly read: ReadBoard;
  readonly watchers: Set<Watcher>;
  state: string;
  due: boolean;
  quietTicks: number;
};

/** Tells watchers a board at once and on change, at most once a tick; each board is read once for all who watch it. */
export class WatchBoards {
  private readonly watched = new Map<string, Watched>();
  private readonly notices: BoardNotices;
  private readonly clock: Clock;
  private readonly zone: TimeZone;
  private day: BusinessDay;
  private stopHearing: (() => void)[] = [];

  constructor(notices: BoardNotices, clock: Clock, zone: TimeZone) {
    this.notices = notices;
    this.clock = clock;
    this.zone = zone;
    this.day = businessDayAt(clock.now(), zone);
  }

  start(): void {
    this.stopHearing = (["sold-out", "products"] as const).map((changed) =>
      this.notices.subscribe(changed, () => {
        for (const board of this.watched.values()) if (board.boards === changed) board.due = true;
      }),
    );
  }

  stop(): void {
    for (const stop of this.stopHearing.splice(0)) stop();
  }

  /** @param name tells what `read` reads from anything else that is watched. The answer ends the watching. */
  async watch(boards: WatchedBoards, name: string, read: ReadBoard, tell: Tell): Promise<() => void> {
    const { text, state } = await read("recent");
    tell(text);
    const board = this.watched.get(name) ?? { boards, read, watchers: new Set(), state, due: true, quietTicks: 0 };
    this.watched.set(name, board);
    // What was told may be older than the last notice, which nobody hears again.
    board.due = true;
    const watcher: Watcher = { tell, state, isNew: true };
    board.watchers.add(watcher);
    return () => {
      board.watchers.delete(watcher);
      if (board.watchers.size === 0 && this.watched.get(name) === board) this.watched.delete(name);
    };
  }

  /** Reads what is due and tells what has changed; to be called once a second. What cannot be read stays due. */
  async tick(): Promise<void> {
    const failures: unknown[] = [];
    const today = businessDayAt(this.clock.now(), this.zone);
    // Windows and weeks move at midnight, which nobody announces.
    if (today !== this.day) for (const board of this.watched.values()) board.due = true;
    this.day = today;
    for (const board of [...this.watched.values()]) {
      board.quietTicks += 1;
      if (!board.due && board.quietTicks < patientTicks) continue;
      // Before the read: a notice that comes meanwhile makes it due again.
      board.due = false;
      try {
        this.tell(board, await board.read("now"));
        board.quietTicks = 0;
      } catch (error) {
        board.due = true;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  private tell(board: Watched, shown: BoardText): void {
    // One string for all who saw the same: comparing it with itself costs nothing.
    if (board.state !== shown.state) board.state = shown.state;
    for (const watcher of board.watchers) {
      const changed = watcher.state !== board.state;
      // Told less than a second ago, it hears of the change at the next tick.
      if (changed && watcher.isNew) board.due = true;
      else {
        watcher.state = board.state;
        if (changed) watcher.tell(shown.text);
      }
      watcher.isNew = false;
    }
  }
}
