import type { UserId } from "../../../domain/ids.js";
import type { EdgeResponse } from "./exchange.js";
import { EdgeProblem } from "./problem-json.js";
import type { ResponseWriter } from "./response-writer.js";

/** Bounds of event streams; the contract's unless a test asks for less. */
export type StreamBounds = {
  readonly perShopper: number;
  readonly perProcess: number;
  readonly heartbeatMs: number;
  /** Bytes that may wait for one client; a slower one is dropped and comes back by itself. */
  readonly bufferedBytes: number;
};
const contract: StreamBounds = { perShopper: 5, perProcess: 10_000, heartbeatMs: 15_000, bufferedBytes: 64 * 1024 };

/** The text of one event. Made once, it may go to any number of streams. */
export const eventFrame = (event: string, data: string, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;

/** One client's stream of server-sent events. */
export class EventStream {
  private readonly response: EdgeResponse;
  private readonly begin: (response: EdgeResponse) => void;
  private readonly bufferedBytes: number;

  constructor(response: EdgeResponse, bufferedBytes: number, begin: (response: EdgeResponse) => void) {
    this.response = response;
    this.bufferedBytes = bufferedBytes;
    this.begin = begin;
  }

  /** Whether its headers are out: before that it is a request that waits for its answer, whatever that will be. */
  get hasBegun(): boolean {
    return this.response.headersSent;
  }

  /** Sends a frame; the first one brings the headers, so until then a problem can still be answered. */
  send(frame: string): void {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return;
    if (!this.hasBegun) this.begin(response);
    // A server that stops answers a problem instead.
    if (response.writableEnded) return;
    response.write(frame);
    if (response.writableLength > this.bufferedBytes) response.destroy();
  }

  /** Sends what is waiting, then closes. */
  end(): void {
    this.response.end();
  }

  /** Calls `leave` when the stream is over, whoever ended it; at once if it is over already. */
  onClose(leave: () => void): void {
    if (this.response.destroyed || this.response.closed) leave();
    else this.response.once("close", leave);
  }
}

/** Every stream that this process holds open: counted, kept alive by one timer, and ended together. */
export class EventStreams {
  private readonly open = new Set<EventStream>();
  private readonly byShopper = new Map<UserId, number>();
  private readonly bounds: StreamBounds;
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(bounds: Partial<StreamBounds> = {}) {
    this.bounds = { ...contract, ...bounds };
  }

  get size(): number {
    return this.open.size;
  }

  start(): void {
    this.timer = setInterval(() => this.sendAll(":\n\n"), this.bounds.heartbeatMs).unref();
  }

  /** Takes a stream, the shopper's if there is one, until the response closes. @throws EdgeProblem `too-many-streams`. */
  take(response: EdgeResponse, shopper: UserId | null, writer: ResponseWriter): EventStream {
    const held = shopper === null ? 0 : (this.byShopper.get(shopper) ?? 0);
    if (this.stopping || this.open.size >= this.bounds.perProcess || held >= this.bounds.perShopper)
      throw new EdgeProblem("too-many-streams");
    const stream = new EventStream(response, this.bounds.bufferedBytes, (opened) => {
      if (this.stopping) writer.problem(opened, new EdgeProblem("too-many-streams"));
      else beginStream(opened, writer);
    });
    this.open.add(stream);
    if (shopper !== null) this.byShopper.set(shopper, held + 1);
    stream.onClose(() => this.leave(stream, shopper));
    return stream;
  }

  /**
   * Ends every stream, asking clients to come back spread over some seconds rather than all at once. One that has not
   * begun is answered by its handler: its problem, or 503 in place of its first event.
   */
  stop(): void {
    clearInterval(this.timer);
    this.stopping = true;
    for (const stream of this.open) {
      if (!stream.hasBegun) continue;
      stream.send(`retry: ${500 + Math.floor(Math.random() * 3000)}\n\n`);
      stream.end();
    }
  }

  /** Sends one frame to all; streams that have not begun wait for their first event. */
  private sendAll(frame: string): void {
    for (const stream of this.open) if (stream.hasBegun) stream.send(frame);
  }

  private leave(stream: EventStream, shopper: UserId | null): void {
    this.open.delete(stream);
    if (shopper === null) return;
    const held = (this.byShopper.get(shopper) ?? 1) - 1;
    if (held === 0) this.byShopper.delete(shopper);
    else this.byShopper.set(shopper, held);
  }
}

const beginStream = (response: EdgeResponse, writer: ResponseWriter): void => {
  // Without chunks a frame is one write of one string; the stream's end is then the connection's.
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, [
    ...writer.head(response),
    "Content-Type",
    "text/event-stream",
    "Cache-Control",
    "no-cache, no-transform",
    "X-Accel-Buffering",
    "no",
    "Connection",
    "close",
  ]);
  response.write("retry: 2000\n\n");
  writer.finished(response, 200);
};
