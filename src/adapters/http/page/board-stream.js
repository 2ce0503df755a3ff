import { backoff } from "./live-source.js";
import { apiRoot } from "./request.js";

const maxRows = 10;
/** How long the boards of further windows are awaited before a stream is opened. */
const collectMs = 50;

/** Returns the name of the board that was sent. */
export const nameOf = ({ window, board }) => (window === undefined ? `soldOut:${board}` : `products:${window}`);

/** Returns the path of one board, for polling. */
export const boardPathOf = (name) => {
  const [kind, choice] = name.split(":");
  const path = kind === "products" ? `products?window=${choice}` : `sold-out?board=${choice}`;
  return `${apiRoot}/rankings/${path}&limit=${maxRows}`;
};

const urlOf = (names) => {
  const query = new URLSearchParams({ limit: maxRows });
  for (const kind of ["products", "soldOut"]) {
    const chosen = names.filter((name) => name.startsWith(`${kind}:`)).map((name) => name.slice(kind.length + 1));
    if (chosen.length > 0) query.set(kind, chosen.join(","));
  }
  return `${apiRoot}/rankings/events?${query}`;
};

/** One stream of all boards that any window shows. Calls `onBoard` with each board, and `onFailure` while it fails. */
export class BoardStream {
  constructor(onBoard, onFailure) {
    this.onBoard = onBoard;
    this.onFailure = onFailure;
    this.wanted = new Map();
    this.lastData = new Map();
    this.streamed = [];
    this.failures = 0;
  }

  /** Records what a window shows and sends what is known. Opens a new stream only if the current one lacks a board. */
  want(windowId, names) {
    this.wanted.set(windowId, names);
    for (const name of names) if (this.lastData.has(name)) this.onBoard(this.lastData.get(name));
    const isComplete = names.every((name) => this.streamed.includes(name));
    if (!isComplete && this.timer === undefined) this.timer = setTimeout(() => this.open(), collectMs);
  }

  open() {
    this.close();
    this.streamed = [...new Set([...this.wanted.values()].flat())];
    if (this.streamed.length === 0) return;
    this.source = new EventSource(urlOf(this.streamed));
    this.source.addEventListener("board", ({ data: text }) => {
      this.failures = 0;
      const data = JSON.parse(text);
      this.lastData.set(nameOf(data), data);
      this.onBoard(data);
    });
    this.source.addEventListener("error", ({ target }) => {
      this.lastData.clear();
      this.onFailure();
      // A browser reconnects after a broken connection, but not after an error response.
      if (target.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.open(), backoff(this.failures++));
    });
  }

  close() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.source?.close();
  }
}
