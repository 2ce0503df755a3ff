import { setText } from "./element.js";
import { formatTime } from "./format.js";

/** Sources that do not respond, each with the time of its first failure. */
const staleSince = new Map();
let hasConnected = false;

/** The name of the source that checks on every view whether the service is reachable. */
export const pulse = "pulse";

/** Dispatches `recovered` when the service is reachable again. */
export const freshness = new EventTarget();

const render = () => {
  const isStale = staleSince.size > 0;
  const state = isStale ? "stale" : hasConnected ? "live" : "connecting";
  document.documentElement.dataset.fresh = state;
  const texts = { live: "Live", connecting: "Connecting" };
  const staleText = () => `Stale since ${formatTime(Math.min(...staleSince.values()))}, reconnecting`;
  setText(document.getElementById("freshness"), texts[state] ?? staleText());
};

/** Records a response of the source. */
export const markLive = (source) => {
  const hasRecovered = staleSince.delete(source) && source === pulse;
  hasConnected = true;
  render();
  if (hasRecovered) freshness.dispatchEvent(new Event("recovered"));
};

/** Records a failure of the source: its part of the page shows old data from now on. */
export const markStale = (source) => {
  if (!staleSince.has(source)) staleSince.set(source, Date.now());
  render();
};

/** Removes a source that the page no longer shows. */
export const removeSource = (source) => {
  staleSince.delete(source);
  render();
};
