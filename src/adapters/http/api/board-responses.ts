import { LRUCache } from "lru-cache";
import type { WatchBoards } from "../../../application/board/watch-boards.js";
import type { BoardText } from "../../../application/board/watched-board.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { WatchedBoards } from "../../../application/ports/notices.js";
import type { EpochMs } from "../../../domain/time.js";
import { entityTag } from "../server/entity-tag.js";
import { type EventStream, eventFrame } from "../server/event-stream.js";
import { jsonType } from "../server/response-writer.js";
import type { RouteResponse } from "../server/route.js";

/** How old a cached board may be, counted from the start of its read. */
const recentMs = 500;
const maxBoards = 256;

type Cached<T> = { readonly at: EpochMs; readonly value: Promise<T>; isPending: boolean };

/** Values that are read once for all callers within half a second, under a bounded number of names. */
export class BriefCache<T> {
  private readonly entries = new LRUCache<string, Cached<T>>({ max: maxBoards });
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Returns the value under the name if it is recent or being read, otherwise reads it. Failures are not cached. */
  recent(name: string, read: () => Promise<T>): Promise<T> {
    const cached = this.entries.get(name);
    return cached !== undefined && (cached.isPending || this.isRecent(cached))
      ? cached.value
      : this.renewed(name, read);
  }

  /** Reads the value now; later callers of `recent` share it. */
  renewed(name: string, read: () => Promise<T>): Promise<T> {
    const cached: Cached<T> = { at: this.clock.now(), value: read(), isPending: true };
    this.entries.set(name, cached);
    cached.value.then(
      () => {
        cached.isPending = false;
      },
      () => {
        if (this.entries.peek(name) === cached) this.entries.delete(name);
      },
    );
    return cached.value;
  }

  /** A clock that was set back extends no entry's life. */
  private isRecent({ at }: Cached<T>): boolean {
    return Math.abs(this.clock.now() - at) < recentMs;
  }
}

/** One board with one query. */
export type BoardQuery = {
  readonly boards: WatchedBoards;
  /** Identifies board and query. */
  readonly name: string;
  /** Reads the response's body; its `asOf` is the time of the read. */
  readonly read: () => Promise<Readonly<Record<string, unknown>>>;
};

/** A board as JSON and as an event, serialized once for all receivers. */
type SerializedBoard = BoardText & { readonly json: string; readonly etag: string };

const serialized = (read: BoardQuery["read"]) => async (): Promise<SerializedBoard> => {
  const body = await read();
  const json = JSON.stringify(body);
  const state = JSON.stringify({ ...body, asOf: undefined });
  // Weak, because the time of the read is not part of it.
  return { json, etag: `W/${entityTag(state)}`, text: eventFrame("board", json), state };
};

/** Responses and streams of boards, which share one cache. */
export class BoardResponses {
  private readonly cache: BriefCache<SerializedBoard>;
  private readonly watchBoards: WatchBoards;

  constructor(watchBoards: WatchBoards, clock: Clock) {
    this.cache = new BriefCache(clock);
    this.watchBoards = watchBoards;
  }

  async read({ name, read }: BoardQuery): Promise<RouteResponse> {
    const { json, etag } = await this.cache.recent(name, serialized(read));
    return { status: 200, type: jsonType, text: json, etag };
  }

  /** Sends the board immediately and on change, until the stream closes. */
  async stream({ boards, name, read }: BoardQuery, stream: EventStream): Promise<RouteResponse> {
    const readText = serialized(read);
    const leave = await this.watchBoards.watch(
      boards,
      name,
      (age) => (age === "now" ? this.cache.renewed(name, readText) : this.cache.recent(name, readText)),
      (frame) => stream.send(frame),
    );
    stream.onClose(leave);
    return stream;
  }
}
