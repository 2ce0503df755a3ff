import { BoardStream, boardPathOf, nameOf } from "./board-stream.js";
import { freshness, markLive, markStale, removeSource } from "./freshness.js";
import { poll } from "./live-source.js";
import { requestJson } from "./request.js";

/** The leader sends this often; a window that receives nothing for `silentMs` replaces it. */
const aliveMs = 1000;
const silentMs = 4000;

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

/** The window that holds the lock: it keeps the stream of all windows open. */
class Leader {
  constructor() {
    const onBoard = (data) => {
      post({ type: "board", data });
      deliver(data);
    };
    const onFailure = () => {
      post({ type: "failed" });
      fail();
    };
    this.stream = new BoardStream(onBoard, onFailure);
    this.timer = setInterval(() => post({ type: "alive" }), aliveMs);
    // Every other window replies with its boards.
    post({ type: "leader" });
    this.stream.want(windowId, ownNames());
  }

  close() {
    clearInterval(this.timer);
    this.stream.close();
  }
}

/** Without locks, each window reads its boards itself. */
const pollBoard = ({ signal, source, name, listener }) =>
  void poll(signal, source, async () => {
    listener(await requestJson(boardPathOf(name), { signal }));
    return 1000;
  });

let leader;
let candidacy;
/** When the leader last sent a message. */
let receivedAt = 0;
let watch;
/** Whether the browser blocks locks on this page. */
let isBlocked = false;

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
    isBlocked = true;
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
  if (takesPart && leader !== undefined) leader.stream.want(windowId, ownNames());
  else if (takesPart) post({ type: "want", names: ownNames() });
};

channel?.addEventListener("message", ({ data: message }) => {
  if (message.type !== "want") receivedAt = performance.now();
  if (message.type === "want") leader?.stream.want(message.from, message.names);
  else if (message.type === "leader" && candidacy !== undefined) post({ type: "want", names: ownNames() });
  else if (message.type === "board") deliver(message.data);
  else if (message.type === "failed") fail();
});
document.addEventListener("visibilitychange", update);
freshness.addEventListener("recovered", () => leader?.stream.open());

/**
 * Follows a board, `products:<window>` or `soldOut:<board>`, until the signal aborts. All windows of a browser share one
 * stream, because it has six HTTP/1.1 connections per host for all of them. Without locks, as on a page without TLS, the
 * board is polled.
 */
export const followBoard = (signal, source, name, listener) => {
  const own = { signal, source, name, listener };
  if (channel === undefined || isBlocked) {
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
