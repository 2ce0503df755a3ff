import { ask, askText } from "./ask.js";
import { couponAudit } from "./coupon-audit.js";
import { deadLetters } from "./dead-letters.js";
import { element, section, setText, table } from "./element.js";
import { repeat } from "./follow.js";
import { lastingWords } from "./operator-part.js";
import { watchedPart } from "./watched-part.js";
import { count } from "./words.js";

const everyMs = 3000;
const states = { ready: "Ready", degraded: "Degraded: it works, without an engine", unavailable: "Unavailable" };

/** What an operator looks at first; `worry` where more than none is a reason to look further. */
const figures = {
  rushboard_outbox_waiting: { words: "Events waiting in the outbox" },
  rushboard_queue_cold: { words: "Coupon queues that are cold", worry: true },
  rushboard_product_boards_cold: { words: "Product boards that are cold" },
  rushboard_dead_letters: { words: "Dead letters", worry: true },
  rushboard_orders_open: { words: "Open orders" },
  rushboard_sse_connections: { words: "Open event streams" },
};

/** The figures of Prometheus' text, by name, then by their label's value. */
const figuresIn = (text) => {
  const found = new Map();
  for (const [, name, label = "", value] of text.matchAll(/^(rushboard_\w+)(?:\{\w+="([^"]*)"\})? (\S+)$/gm))
    found.set(name, (found.get(name) ?? new Map()).set(label, Number(value)));
  return found;
};

const sum = (byLabel) => [...byLabel.values()].reduce((all, each) => all + each, 0);

/** A row of a table; `isWell` says what to think of it, where there is anything to think. */
const line = (name, words, isWell) => {
  const verdict = isWell === undefined ? undefined : `verdict ${isWell ? "good" : "bad"}`;
  const told = element("span", { class: verdict }, words);
  return element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, told));
};

const readiness = (signal) => {
  const { box, body } = table("Checks", ["Engine", "Answer"]);
  const words = element("p", { id: "readiness", role: "status" }, "Reading");
  const advice = element("ul", { class: "advice" });
  void repeat(signal, "readiness", async () => {
    let found;
    try {
      found = await ask("/readyz", { signal, also: 503 });
    } catch (error) {
      setText(words, lastingWords(error));
      box.hidden = true;
      return null;
    }
    const { status, checks, warnings = [] } = found;
    setText(words, states[status]);
    body.replaceChildren(...Object.entries(checks).map(([name, answer]) => line(name, answer, answer === "ok")));
    advice.replaceChildren(...warnings.map((warning) => element("li", {}, warning)));
    advice.hidden = warnings.length === 0;
    return everyMs;
  });
  return section("engines", "Engines", words, box, advice);
};

/** Two sections that one reading fills. */
const metrics = (signal) => {
  const known = table("Figures", ["Figure", "Now"]);
  const lag = table("Consumer lag", ["Group", "Events to take"]);
  const close = (words) => {
    for (const { box } of [known, lag]) box.replaceWith(element("p", { class: "muted" }, words));
    return null;
  };
  const read = async () => {
    const found = figuresIn(await askText("/metrics", { signal }));
    known.body.replaceChildren(
      ...Object.entries(figures)
        .filter(([name]) => found.has(name))
        .map(([name, { words, worry = false }]) => {
          const figure = sum(found.get(name));
          return line(words, count(figure), worry ? figure === 0 : undefined);
        }),
    );
    const groups = [...(found.get("rushboard_consumer_lag") ?? [])];
    lag.body.replaceChildren(...groups.map(([group, events]) => line(group, count(events))));
    return everyMs;
  };
  void repeat(signal, "metrics", () => read().catch((error) => close(lastingWords(error))));
  return [section("figures", "Figures of this node", known.box), section("lag", "Consumers", lag.box)];
};

/** How the service is, for an operator. */
export const healthView = (main, place, signal) => {
  const audited = element("div");
  const audit = watchedPart(signal, (couponId, until) => audited.replaceChildren(couponAudit(couponId, until)));
  main.append(
    element("h1", { tabindex: "-1" }, "Health"),
    element("div", { class: "columns" }, readiness(signal), ...metrics(signal)),
    deadLetters(signal),
    audited,
  );
  audit(place.params.get("audit"));
  return ({ params }) => {
    audit(params.get("audit"));
    audited.querySelector("button").focus();
  };
};
