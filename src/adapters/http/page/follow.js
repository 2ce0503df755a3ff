import { bad, forget, freshness, good } from "./freshness.js";

const longestMs = 8000;
const backoff = (misses) => Math.min(longestMs, 500 * 2 ** misses);

/** Resolves after the time, or at once when nobody looks any more. */
const pause = (ms, signal) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener("abort", resolve, { once: true });
  });

/** Resolves when somebody can see the page: a hidden one asks for nothing. */
const seen = (signal) =>
  new Promise((resolve) => {
    const look = () => (signal.aborted || !document.hidden) && resolve();
    document.addEventListener("visibilitychange", look, { signal });
    signal.addEventListener("abort", look, { once: true });
    look();
  });

/**
 * Does the work until the signal, again after as many ms as it answers; `null` ends it. What it throws is a silence of
 * that source: it is tried again, later each time.
 */
export const repeat = async (signal, source, work) => {
  let misses = 0;
  while (!signal.aborted) {
    let ms = 0;
    try {
      ms = await work();
      if (signal.aborted) break;
      good(source);
      misses = 0;
    } catch {
      if (signal.aborted) break;
      bad(source);
      ms = backoff(misses++);
    }
    if (ms === null) break;
    await pause(ms, signal);
    await seen(signal);
  }
  forget(source);
};

/**
 * Follows a stream of events until the signal. A browser comes back by itself while the connection breaks, but not when
 * it was refused, nor does it notice one that died silently; so this opens it anew. A hidden page holds no stream, for a
 * browser allows six connections to a host in all its tabs. `renew` answers the address to go on with after a refusal.
 */
export const follow = (signal, source, url, hear, renew = () => url) => {
  let address = url;
  let stream;
  let timer;
  let misses = 0;
  const close = () => {
    clearTimeout(timer);
    stream?.close();
    stream = undefined;
  };
  const open = () => {
    close();
    if (signal.aborted || document.hidden) return;
    stream = new EventSource(address);
    for (const [name, listener] of Object.entries(hear))
      stream.addEventListener(name, ({ data }) => {
        misses = 0;
        good(source);
        if (!signal.aborted) listener(JSON.parse(data));
      });
    stream.addEventListener("error", ({ target }) => {
      bad(source);
      if (target.readyState === EventSource.CLOSED) later();
    });
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void again(), backoff(misses++));
  };
  const again = async () => {
    try {
      address = await renew();
      open();
    } catch {
      if (!signal.aborted && !document.hidden) later();
    }
  };
  document.addEventListener("visibilitychange", open, { signal });
  freshness.addEventListener("recovered", open, { signal });
  const leave = () => {
    close();
    forget(source);
  };
  signal.addEventListener("abort", leave, { once: true });
  open();
};
