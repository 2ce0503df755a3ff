import { freshness, markLive, markStale, removeSource } from "./freshness.js";
import { backoff, poll } from "./live-source.js";
import { apiRoot, requestJson } from "./request.js";

const maxRows = 10;
/** The leader sends this often; a window that receives nothing for `silentMs` replaces it. */
const aliveMs = 3000;
const silentMs = 10_000;

/** The boards: their paths for polling, by name. */
const paths = {
  products: (window) => `/rankings/products?window=${window}`,
  soldOut: (board) => `/rankings/sold-out?board=${board}`,
};
const nameOf = ({ window, board }) => (window === undefined ? `soldOut:${board}` : `products:${window}`);
const urlOf = (names) => {
  const query = new URLSearchParams({ limit: maxRows });
  for (const kind of Object.keys(paths)) {
    const chosen = names.filter((name) => name.startsWith(`${kind}:`)).map((name) => name.slice(kind.length + 1));
    if (chosen.length > 0) query.set(kind, chosen.join(","));
  }
  return `${apiRoot}/rankings/events?${query}`;
};

/** Opens the channel between the windows; undefined if the browser does not support or permits it. */
const openChannel = () => {
  try {
    return navigator.locks && new BroadcastChannel("rushboard-boards");
  } catch {
    return undefined;
  }
};

const channel = openChannel();
const windowId = crypto.getRandomValues(new Uint32Array(2)).join("-");
/** What this window shows: { signal, source, name, listener }. */
const followed = new Set();
/** The last data of each board. The leader sends it to windows that open later. */
const lastData = new Map();

const post = (message) => channel.postMessage({ ...message, from: windowId });
const ownNames = () => [...new Set([...followed].map(({ name }) => name))];

const deliver = (data) => {
  for (const { source, name, listener } of [...followed])
    if (name === nameOf(data)) {
      markLive(source);
      listener(data);
    }
};
const fail = () => {
  for (const { source } of followed) markStale(source);
};

/** The one stream of all windows, which the window that holds the lock keeps open. */
class Leader {
  constructor() {
    this.wanted = new Map();
    this.failures = 0;
    this.streamed = [];
    this.alive = setInterval(() => post({ type: "alive" }), aliveMs);
    post({ type: "leader" });
    this.want(windowId, ownNames());
  }

  /** Records what a window shows. Opens a new stream only if the current one lacks a board. */
  want(from, names) {
    this.wanted.set(from, names);
    for (const name of names) if (lastData.has(name)) post({ type: "board", data: lastData.get(name) });
    const isComplete = names.every((name) => this.streamed.includes(name));
    if (isComplete || this.opening !== undefined) return;
    // Windows answer a new leader at the same time, so their boards are collected first.
    this.opening = setTimeout(() => this.open(), 50);
  }

  open() {
    clearTimeout(this.opening);
    this.opening = undefined;
    this.stream?.close();
    const names = [...new Set([...this.wanted.values()].flat())];
    this.streamed = names;
    if (names.length === 0) return;
    this.stream = new EventSource(urlOf(names));
    this.stream.addEventListener("board", ({ data: text }) => {
      this.failures = 0;
      const data = JSON.parse(text);
      lastData.set(nameOf(data), data);
      post({ type: "board", data });
      deliver(data);
    });
    this.stream.addEventListener("error", ({ target }) => {
      lastData.clear();
      post({ type: "failed" });
      fail();
      if (target.readyState === EventSource.CLOSED)
        this.opening = setTimeout(() => this.open(), backoff(this.failures++));
    });
  }

  close() {
    clearInterval(this.alive);
    clearTimeout(this.opening);
    this.stream?.close();
    lastData.clear();
  }
}

/** Without locks, each window reads its boards itself. */
const pollBoard = ({ signal, source, name, listener }) => {
  const [kind, choice] = name.split(":");
  const path = `${apiRoot}${paths[kind](choice)}&limit=${maxRows}`;
  void poll(signal, source, async () => {
    listener(await requestJson(path, { signal }));
    return 1000;
  });
};

let leader;
let candidacy;
let receivedAt = 0;
let watch;

/** Leads from the moment that this window has the lock. Returns whether to request the lock again. */
const requestLock = async (signal, options) => {
  let own;
  const lead = () =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      own = new Leader();
      leader = own;
      signal.addEventListener("abort", resolve, { once: true });
    });
  try {
    await navigator.locks.request("rushboard-boards", options, lead);
    return !signal.aborted;
  } catch (error) {
    if (error.name === "AbortError") return !signal.aborted;
    // The browser blocks locks on this page.
    for (const each of followed) pollBoard(each);
    return false;
  } finally {
    own?.close();
    if (leader === own) leader = undefined;
  }
};
/** Leads whenever it is this window's turn. Another window takes the lock if this one is silent, for example stopped. */
const runForLeader = async (signal) => {
  while (await requestLock(signal, { signal }));
};

/** Takes part in the election while this window is visible and shows a board: a hidden window may be throttled. */
const update = () => {
  const takesPart = !document.hidden && followed.size > 0;
  if (takesPart && candidacy === undefined) {
    candidacy = new AbortController();
    const { signal } = candidacy;
    receivedAt = performance.now();
    void runForLeader(signal);
    watch = setInterval(() => {
      if (leader !== undefined || performance.now() - receivedAt < silentMs) return;
      receivedAt = performance.now();
      void requestLock(signal, { steal: true });
    }, aliveMs);
  }
  if (!takesPart && candidacy !== undefined) {
    clearInterval(watch);
    candidacy.abort();
    candidacy = undefined;
    leader?.close();
    leader = undefined;
    post({ type: "want", names: [] });
  }
  if (takesPart && leader !== undefined) leader.want(windowId, ownNames());
  else if (takesPart) post({ type: "want", names: ownNames() });
};

channel?.addEventListener("message", ({ data: message }) => {
  receivedAt = performance.now();
  if (message.type === "want") leader?.want(message.from, message.names);
  else if (message.type === "leader" && candidacy !== undefined) post({ type: "want", names: ownNames() });
  else if (message.type === "board") deliver(message.data);
  else if (message.type === "failed") fail();
});
document.addEventListener("visibilitychange", update);
freshness.addEventListener("recovered", () => leader?.open());

/**
 * Follows a board, `products:<window>` or `soldOut:<board>`, until the signal aborts. All windows of a browser share one
 * stream, because it has six HTTP/1.1 connections per host for all of them. Without locks, as on a page without TLS, the
 * board is polled.
 */
export const followBoard = (signal, source, name, listener) => {
  const own = { signal, source, name, listener };
  if (channel === undefined) {
    pollBoard(own);
    return;
  }
  followed.add(own);
  signal.addEventListener(
    "abort",
    () => {
      followed.delete(own);
      removeSource(source);
      update();
    },
    { once: true },
  );
  update();
};
