import { setText } from "./element.js";
import { timeOf } from "./words.js";

/** Sources that do not answer, and since when. */
const silent = new Map();
let heard = false;

/** The source that asks, on every view, whether the service is there at all. */
export const pulse = "pulse";

/** Tells `recovered` when the pulse is back after a silence. */
export const freshness = new EventTarget();

const show = () => {
  const since = Math.min(...silent.values());
  const stale = silent.size > 0;
  document.documentElement.dataset.fresh = stale ? "stale" : heard ? "live" : "connecting";
  const words = stale ? `Stale since ${timeOf(since)}, reconnecting` : heard ? "Live" : "Connecting";
  setText(document.getElementById("freshness"), words);
};

/** The source has answered. */
export const good = (source) => {
  const recovered = silent.delete(source) && source === pulse;
  heard = true;
  show();
  if (recovered) freshness.dispatchEvent(new Event("recovered"));
};

/** The source has not answered: what is on the page is as old as its silence. */
export const bad = (source) => {
  if (!silent.has(source)) silent.set(source, Date.now());
  show();
};

/** Nobody looks at the source any more. */
export const forget = (source) => {
  silent.delete(source);
  show();
};
