/** The boards that people watch. */
export type WatchedBoards = "sold-out" | "products";

/**
 * Announces that boards have changed to whoever watches them, on any node. A notice may be lost or come twice: watchers
 * read the board again, and look now and then without one.
 */
export interface BoardNotices {
  /** Never throws and waits for nothing. */
  announce(boards: WatchedBoards): void;
  /** Hears of changes until the answer is called. */
  subscribe(boards: WatchedBoards, hear: () => void): () => void;
}
