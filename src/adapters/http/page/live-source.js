import { freshness, markLive, markStale, removeSource } from "./freshness.js";

const maxDelayMs = 8000;
/** Returns the ms before the next attempt. */
export const backoff = (failures) => Math.min(maxDelayMs, 500 * 2 ** failures);

/** Resolves after `ms`, or immediately when the signal aborts. */
const delay = (ms, signal) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener("abort", resolve, { once: true });
  });

/** Resolves when the page is visible: a hidden page sends no requests. */
const whenVisible = (signal) =>
  new Promise((resolve) => {
    const check = () => (signal.aborted || !document.hidden) && resolve();
    document.addEventListener("visibilitychange", check, { signal });
    signal.addEventListener("abort", check, { once: true });
    check();
  });

/**
 * Polls a source until the signal aborts. `work` returns the ms until its next call, or null to stop. If it throws, the
 * source is marked as stale and polled again with growing delays.
 */
export const poll = async (signal, source, work) => {
  let failures = 0;
  while (!signal.aborted) {
    let ms = 0;
    try {
      ms = await work();
      if (signal.aborted) break;
      markLive(source);
      failures = 0;
    } catch {
      if (signal.aborted) break;
      markStale(source);
      ms = backoff(failures++);
    }
    if (ms === null) break;
    await delay(ms, signal);
    await whenVisible(signal);
  }
  removeSource(source);
};

/** At most this many streams of claims are open in all windows, so that requests find a free connection. */
const streamSlots = ["rushboard-stream-1", "rushboard-stream-2"];

/** Takes a slot until the signal aborts. Returns whether one was free; false also if the browser has no locks. */
export const takeStreamSlot = async (signal) => {
  for (const name of streamSlots) {
    const isTaken = await new Promise((resolve) => {
      const hold = (lock) => {
        resolve(lock !== null && !signal.aborted);
        return lock && !signal.aborted && new Promise((end) => signal.addEventListener("abort", end, { once: true }));
      };
      if (navigator.locks) navigator.locks.request(name, { ifAvailable: true }, hold).catch(() => resolve(false));
      else resolve(false);
    });
    if (isTaken) return true;
  }
  return false;
};

/**
 * Follows an event stream until the signal aborts. `listeners` maps event names to listeners of the parsed data.
 *
 * A browser reconnects after a broken connection, but not after an error response, and it does not detect a connection
 * that dies silently. In both cases this opens a new stream. A hidden page closes its stream, because browsers allow six
 * connections per host over all tabs. `renewUrl` returns the address for the next attempt after an error response.
 */
export const followStream = (signal, source, url, listeners, renewUrl = () => url) => {
  let address = url;
  let stream;
  let timer;
  let failures = 0;
  const close = () => {
    clearTimeout(timer);
    stream?.close();
    stream = undefined;
  };
  const open = () => {
    close();
    if (signal.aborted || document.hidden) return;
    stream = new EventSource(address);
    for (const [name, listener] of Object.entries(listeners))
      stream.addEventListener(name, ({ data }) => {
        failures = 0;
        markLive(source);
        if (!signal.aborted) listener(JSON.parse(data));
      });
    stream.addEventListener("error", ({ target }) => {
      markStale(source);
      if (target.readyState === EventSource.CLOSED) scheduleReopen();
    });
  };
  const scheduleReopen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void reopen(), backoff(failures++));
  };
  const reopen = async () => {
    try {
      address = await renewUrl();
      open();
    } catch {
      if (!signal.aborted && !document.hidden) scheduleReopen();
    }
  };
  document.addEventListener("visibilitychange", open, { signal });
  freshness.addEventListener("recovered", open, { signal });
  const end = () => {
    close();
    removeSource(source);
  };
  signal.addEventListener("abort", end, { once: true });
  open();
};
