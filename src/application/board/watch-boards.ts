import { type BusinessDay, businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { Clock } from "../ports/clock.js";
import type { BoardNotices, WatchedBoards } from "../ports/notices.js";
import { type ReadBoard, type SendBoard, WatchedBoard } from "./watched-board.js";

/** Sends boards to their watchers immediately and on change, at most once per tick. */
export class WatchBoards {
  private readonly watched = new Map<string, WatchedBoard>();
  private readonly notices: BoardNotices;
  private readonly clock: Clock;
  private readonly zone: TimeZone;
  private day: BusinessDay;
  private unsubscribe: (() => void)[] = [];

  constructor(notices: BoardNotices, clock: Clock, zone: TimeZone) {
    this.notices = notices;
    this.clock = clock;
    this.zone = zone;
    this.day = businessDayAt(clock.now(), zone);
  }

  start(): void {
    this.unsubscribe = (["sold-out", "products"] as const).map((changed) =>
      this.notices.subscribe(changed, () => {
        for (const board of this.watched.values()) if (board.boards === changed) board.markDue();
      }),
    );
  }

  stop(): void {
    for (const unsubscribe of this.unsubscribe.splice(0)) unsubscribe();
  }

  /**
   * Sends the board and adds a watcher. The returned function removes the watcher.
   * @param name identifies what `read` reads: watchers with the same name share one read
   */
  async watch(boards: WatchedBoards, name: string, read: ReadBoard, send: SendBoard): Promise<() => void> {
    const { text, state } = await read("recent");
    send(text);
    const board = this.watched.get(name) ?? new WatchedBoard(boards, read, state);
    this.watched.set(name, board);
    const remove = board.add(send, state);
    return () => {
      remove();
      if (!board.isWatched && this.watched.get(name) === board) this.watched.delete(name);
    };
  }

  /** Reads the boards that are due and sends those that changed. To be called once per second. @throws the first failure */
  async tick(): Promise<void> {
    const today = businessDayAt(this.clock.now(), this.zone);
    // At midnight windows and weeks change without a notice.
    if (today !== this.day) for (const board of this.watched.values()) board.markDue();
    this.day = today;
    const failures: unknown[] = [];
    for (const board of [...this.watched.values()]) await board.tick().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
