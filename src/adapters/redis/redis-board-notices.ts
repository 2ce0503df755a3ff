import { Hearers } from "../../application/hearers.js";
import type { BoardNotices, WatchedBoards } from "../../application/ports/board-notices.js";
import { RedisChannel } from "./redis-channel.js";
import type { RedisClient } from "./redis-client.js";

/** The channel on which every node tells of changed boards. */
const boardNoticesChannel = "rushboard:board-notices";

/** Notices by one channel, and one subscription a process, whatever the number of those who watch. */
export class RedisBoardNotices implements BoardNotices {
  private readonly hearers: Hearers<WatchedBoards, void>;
  private readonly channel: RedisChannel;

  /** @param failed hears of notices that were not sent, and of hearers that threw */
  constructor(client: RedisClient, failed: (error: unknown) => void) {
    this.hearers = new Hearers(failed);
    this.channel = new RedisChannel(client, boardNoticesChannel, failed);
  }

  /** Begins to hear; where Redis is away, as soon as it is back. */
  start(): Promise<void> {
    return this.channel.hear((thing) => this.hearers.tell(thing as WatchedBoards));
  }

  announce(boards: WatchedBoards): void {
    this.channel.say([boards]);
  }

  subscribe(boards: WatchedBoards, hear: () => void): () => void {
    return this.hearers.subscribe(boards, hear);
  }
}
