import type { UserId } from "../../../domain/ids.js";
import type { EdgeResponse } from "./exchange.js";
import { EdgeProblem } from "./problem-json.js";
import type { ResponseWriter } from "./response-writer.js";

/** Bounds of event streams; tests use smaller ones than the contract's. */
export type StreamBounds = {
  readonly perShopper: number;
  readonly perProcess: number;
  readonly heartbeatMs: number;
  /** Bytes that may be buffered for one client; a slower client is disconnected and reconnects by itself. */
  readonly bufferedBytes: number;
};
const contract: StreamBounds = { perShopper: 5, perProcess: 10_000, heartbeatMs: 15_000, bufferedBytes: 64 * 1024 };

/** Returns the text of one event. The same text may be sent to any number of streams. */
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

  /** Whether the headers are sent; before that, a problem can still be the response. */
  get hasBegun(): boolean {
    return this.response.headersSent;
  }

  /** Sends a frame; the first frame sends the headers too. */
  send(frame: string): void {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return;
    if (!this.hasBegun) this.begin(response);
    // A stopping server sends a problem instead of the first frame.
    if (response.writableEnded) return;
    response.write(frame);
    if (response.writableLength > this.bufferedBytes) response.destroy();
  }

  /** Sends what is buffered, then closes. */
  end(): void {
    this.response.end();
  }

  /** Calls `leave` when the stream is closed by either side; immediately if it is closed already. */
  onClose(leave: () => void): void {
    if (this.response.destroyed || this.response.closed) leave();
    else this.response.once("close", leave);
  }
}

/** All open streams of this process: counted, kept alive by one timer, and ended together. */
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

  /** Opens a stream on the response, counted until it closes. @throws EdgeProblem `too-many-streams` */
  take(response: EdgeResponse, shopper: UserId | null, writer: ResponseWriter): EventStream {
    const { perProcess, perShopper, bufferedBytes } = this.bounds;
    const held = shopper === null ? 0 : (this.byShopper.get(shopper) ?? 0);
    if (this.stopping) throw isStopping();
    if (this.open.size >= perProcess) throw tooMany(`All ${perProcess} streams of this process are in use.`);
    if (held >= perShopper) throw tooMany(`You have ${held} open streams, the most that one shopper may have.`);
    const stream = new EventStream(response, bufferedBytes, (opened) => {
      if (this.stopping) writer.problem(opened, isStopping());
      else beginStream(opened, writer);
    });
    this.open.add(stream);
    if (shopper !== null) this.byShopper.set(shopper, held + 1);
    stream.onClose(() => this.leave(stream, shopper));
    return stream;
  }

  /**
   * Ends every stream, with reconnection delays spread over 0.5 to 3.5 s so that clients do not return together. A
   * stream that has not begun gets its handler's problem, or 503 instead of its first event.
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

  /** Sends one frame to every stream that has begun. */
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

const tooMany = (detail: string) => new EdgeProblem("too-many-streams", { detail });
const isStopping = () => tooMany("This process is stopping and opens no more streams.");

const beginStream = (response: EdgeResponse, writer: ResponseWriter): void => {
  // Without chunked encoding one frame is one write of one string, and the stream ends with its connection.
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
