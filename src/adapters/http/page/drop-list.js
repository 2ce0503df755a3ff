import { element, setText } from "./element.js";
import { curlPost, exampleCommands } from "./example-commands.js";
import { formatCount, formatMoment } from "./format.js";
import { poll } from "./live-source.js";
import { replaceItems } from "./replace-items.js";
import { apiRoot, RequestError, requestAll } from "./request.js";

const maxCoupons = 1000;
const pollMs = 3000;

export const stateLabels = { scheduled: "Opens soon", open: "Open", "sold-out": "Sold out", closed: "Closed" };

const emptyList = () =>
  exampleCommands(
    "No drops yet. This command opens a drop of 100 coupons, 10 % off. It then appears here automatically.",
    curlPost("/coupons", {
      couponId: "first-drop",
      name: "First drop",
      quantity: 100,
      discount: { type: "percent", value: 10 },
    }),
  );

const card = (coupon) => {
  const { couponId, name, state, remaining, quantity, opensAt } = coupon;
  const badge = element("span", { class: `badge ${state}` }, stateLabels[state]);
  const opening = state === "scheduled" ? ` · ${formatMoment(opensAt)}` : "";
  return element(
    "li",
    {},
    element("a", { href: `#/drop/${couponId}` }, name),
    badge,
    element("span", { class: "muted" }, `${formatCount(remaining)} of ${formatCount(quantity)} left${opening}`),
  );
};

/** Returns all coupons, or undefined if this node does not have the role `api`. */
const requestCoupons = (signal) =>
  requestAll(`${apiRoot}/coupons`, maxCoupons, { signal }).catch((error) => {
    if (error instanceof RequestError && error.status === 404) return undefined;
    throw error;
  });

/** Links to all drops, newest first. */
export const dropList = (main, _place, signal) => {
  const list = element("ul", { class: "drops" });
  const message = element("p", { class: "muted" }, "Loading");
  main.append(element("h1", { tabindex: "-1" }, "Drops"), message, list);
  let rendered = "";
  void poll(signal, "drops", async () => {
    const coupons = await requestCoupons(signal);
    if (coupons === undefined) {
      setText(message, "This node does not have the api role. Open this page on a node that has it.");
      return pollMs;
    }
    // Renders changes only, so that a link does not disappear while the user presses it.
    const json = JSON.stringify(coupons);
    if (json === rendered) return pollMs;
    rendered = json;
    replaceItems(list, coupons.reverse().map(card));
    setText(message, coupons.length === 0 ? "" : `Newest first (total: ${formatCount(coupons.length)})`);
    main.querySelector(".empty")?.remove();
    if (coupons.length === 0) main.append(emptyList());
    return pollMs;
  });
};
