import { Hearers } from "../../application/hearers.js";
import type { BoardNotices, WatchedBoards } from "../../application/ports/board-notices.js";

/** Notices within one process. */
export class MemoryBoardNotices implements BoardNotices {
  private readonly hearers: Hearers<WatchedBoards, void>;

  /** @param failed hears of hearers that threw */
  constructor(failed: (error: unknown) => void = () => {}) {
    this.hearers = new Hearers(failed);
  }

  announce(boards: WatchedBoards): void {
    this.hearers.tell(boards);
  }

  subscribe(boards: WatchedBoards, hear: () => void): () => void {
    return this.hearers.subscribe(boards, hear);
  }
}
