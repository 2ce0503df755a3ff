import { api, askAll, Refusal } from "./ask.js";
import { element, setText } from "./element.js";
import { curlPost, firstSteps } from "./first-steps.js";
import { repeat } from "./follow.js";
import { redraw } from "./redraw.js";
import { count, momentOf } from "./words.js";

const mostCoupons = 1000;
const everyMs = 3000;

export const stateWords = { scheduled: "Opens soon", open: "Open", "sold-out": "Sold out", closed: "Closed" };

const nothing = () =>
  firstSteps(
    "There is no drop yet. This command opens one of 100 coupons, ten per cent off; it then shows here by itself.",
    curlPost("/coupons", {
      couponId: "first-drop",
      name: "First drop",
      quantity: 100,
      discount: { type: "percent", value: 10 },
    }),
  );

const card = (coupon) => {
  const { couponId, name, state, remaining, quantity, opensAt } = coupon;
  const badge = element("span", { class: `badge ${state}` }, stateWords[state]);
  const opening = state === "scheduled" ? ` · ${momentOf(opensAt)}` : "";
  return element(
    "li",
    {},
    element("a", { href: `#/drop/${couponId}` }, name),
    badge,
    element("span", { class: "muted" }, `${count(remaining)} of ${count(quantity)} left${opening}`),
  );
};

/** The drops; nothing where this node serves no API. */
const read = (signal) =>
  askAll(`${api}/coupons`, mostCoupons, { signal }).catch((error) => {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  });

/** Every drop, newest first, as links. */
export const dropList = (main, _place, signal) => {
  const list = element("ul", { class: "drops" });
  const state = element("p", { class: "muted" }, "Reading the drops");
  main.append(element("h1", { tabindex: "-1" }, "Drops"), state, list);
  let shown = "";
  void repeat(signal, "drops", async () => {
    const coupons = await read(signal);
    if (coupons === undefined) {
      setText(state, "This node serves no API, for it has other roles. Look at one that does.");
      return everyMs;
    }
    // Drawn again only when something changed, lest a link be lost under a finger.
    const now = JSON.stringify(coupons);
    if (now === shown) return everyMs;
    shown = now;
    redraw(list, coupons.reverse().map(card));
    setText(state, coupons.length === 0 ? "" : `${count(coupons.length)} so far, newest first`);
    main.querySelector(".empty")?.remove();
    if (coupons.length === 0) main.append(nothing());
    return everyMs;
  });
};
