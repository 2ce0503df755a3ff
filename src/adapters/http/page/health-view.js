import { permanentErrorText } from "./admin-access.js";
import { couponAudit } from "./coupon-audit.js";
import { deadLetters } from "./dead-letters.js";
import { element, section, setText, table } from "./element.js";
import { formatCount } from "./format.js";
import { poll } from "./live-source.js";
import { requestJson, requestText } from "./request.js";
import { switchSource } from "./switch-source.js";

const pollMs = 3000;
const states = {
  ready: "Ready",
  degraded: "Degraded: the service works without one of its backends",
  unavailable: "Unavailable",
};

/** The metrics that an operator checks first. With `mustBeZero` any other value is marked as bad. */
const keyMetrics = {
  rushboard_outbox_waiting: { label: "Events waiting in the outbox" },
  rushboard_queue_cold: { label: "Cold coupon queues", mustBeZero: true },
  rushboard_product_boards_cold: { label: "Cold product boards" },
  rushboard_dead_letters: { label: "Dead letters", mustBeZero: true },
  rushboard_orders_open: { label: "Open orders" },
  rushboard_sse_connections: { label: "Open event streams" },
};

/** Parses Prometheus text: metric name → label value → number. */
const parseMetrics = (text) => {
  const metrics = new Map();
  for (const [, name, label = "", value] of text.matchAll(/^(rushboard_\w+)(?:\{\w+="([^"]*)"\})? (\S+)$/gm))
    metrics.set(name, (metrics.get(name) ?? new Map()).set(label, Number(value)));
  return metrics;
};

const sum = (valuesByLabel) => [...valuesByLabel.values()].reduce((total, value) => total + value, 0);

/** A table row; `isGood` colors its value, undefined leaves it neutral. */
const row = (name, text, isGood) => {
  const verdict = isGood === undefined ? undefined : `verdict ${isGood ? "good" : "bad"}`;
  const value = element("span", { class: verdict }, text);
  return element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value));
};

const readinessSection = (signal) => {
  const { box, body } = table("Checks", ["Check", "Result"]);
  const message = element("p", { id: "readiness", role: "status" }, "Loading");
  const advice = element("ul", { class: "advice" });
  void poll(signal, "readiness", async () => {
    try {
      const { status, checks, warnings = [] } = await requestJson("/readyz", { signal, acceptStatus: 503 });
      setText(message, states[status]);
      body.replaceChildren(...Object.entries(checks).map(([name, result]) => row(name, result, result === "ok")));
      advice.replaceChildren(...warnings.map((warning) => element("li", {}, warning)));
      advice.hidden = warnings.length === 0;
      return pollMs;
    } catch (error) {
      setText(message, permanentErrorText(error));
      box.hidden = true;
      return null;
    }
  });
  return section("backends", "Backends", message, box, advice);
};

/** Two sections that are filled by the same request to `/metrics`. */
const metricsSections = (signal) => {
  const main = table("Metrics", ["Metric", "Value"]);
  const lag = table("Consumer lag", ["Group", "Events to process"]);
  const update = async () => {
    const metrics = parseMetrics(await requestText("/metrics", { signal }));
    const shown = Object.entries(keyMetrics).filter(([name]) => metrics.has(name));
    main.body.replaceChildren(
      ...shown.map(([name, { label, mustBeZero = false }]) => {
        const value = sum(metrics.get(name));
        return row(label, formatCount(value), mustBeZero ? value === 0 : undefined);
      }),
    );
    const lags = [...(metrics.get("rushboard_consumer_lag") ?? [])];
    lag.body.replaceChildren(...lags.map(([group, events]) => row(group, formatCount(events))));
    return pollMs;
  };
  const replaceByText = (text) => {
    for (const { box } of [main, lag]) box.replaceWith(element("p", { class: "muted" }, text));
    return null;
  };
  void poll(signal, "metrics", () => update().catch((error) => replaceByText(permanentErrorText(error))));
  return [section("metrics", "Metrics of this node", main.box), section("lag", "Consumers", lag.box)];
};

/** The view for operators: backends, metrics, dead letters and the audit of a coupon. */
export const healthView = (main, place, signal) => {
  const auditPart = element("div");
  const showAudit = switchSource(signal, (couponId, until) => auditPart.replaceChildren(couponAudit(couponId, until)));
  main.append(
    element("h1", { tabindex: "-1" }, "Health"),
    element("div", { class: "columns" }, readinessSection(signal), ...metricsSections(signal)),
    deadLetters(signal),
    auditPart,
  );
  showAudit(place.params.get("audit"));
  return ({ params }) => {
    showAudit(params.get("audit"));
    auditPart.querySelector("button").focus();
  };
};
