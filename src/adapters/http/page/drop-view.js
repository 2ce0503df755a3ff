import { announce } from "./announce.js";
import { isOpenMode } from "./caller.js";
import { claimPanel } from "./claim-panel.js";
import { curve, Samples } from "./curve.js";
import { dropList, stateLabels } from "./drop-list.js";
import { element, factList, section, setText } from "./element.js";
import { formatCount, formatCountdown, formatDiscount, formatMoment } from "./format.js";
import { poll } from "./live-source.js";
import { apiRoot, RequestError, requestAll, requestJson } from "./request.js";
import { serviceNow } from "./service-clock.js";

const maxLogEntries = 5000;
const factNames = {
  remaining: "Remaining",
  issued: "Issued",
  quantity: "Total",
  discount: "Discount",
  opensAt: "Opens",
  closesAt: "Closes",
};

/** Returns the ms until the next poll: every second during a rush, and exactly at the opening. */
const nextPollMs = ({ state, opensAt, issued, remaining, quantity }) => {
  if (state === "scheduled") return Math.min(5000, Math.max(50, Date.parse(opensAt) - serviceNow()));
  return state === "open" || issued + remaining < quantity ? 1000 : 5000;
};

/** Returns the curve up to now from the ranking log, or no points if this caller or a proxy has no access to it. */
const pastPoints = async (couponId, signal) => {
  if (!isOpenMode) return [];
  const logPath = `${apiRoot}/admin/ranking-logs?couponId=${couponId}`;
  const log = await requestAll(logPath, maxLogEntries, { signal }).catch((error) => {
    if (error instanceof RequestError && error.isFromProxy) return [];
    throw error;
  });
  const times = log.filter(({ status }) => status === "ISSUED").map(({ at }) => Date.parse(at));
  return times.sort((a, b) => a - b).map((at, index) => ({ at, value: index + 1 }));
};

const singleDrop = (main, couponId, signal) => {
  const title = element("h1", { tabindex: "-1" }, "Drop");
  const badge = element("span", { class: "badge", id: "drop-state" });
  const timer = element("p", { class: "timer", role: "timer", "aria-live": "off" });
  const facts = factList(factNames);
  const chart = curve("Issued", signal);
  const claim = claimPanel(couponId, signal);
  main.append(
    element("p", { class: "muted" }, element("a", { href: "#/drop" }, "All drops")),
    element("div", { class: "title" }, title, badge),
    timer,
    element("div", { class: "columns" }, section("drop-facts", "The drop", facts.list), claim.panel),
    section("drop-curve", "Issued so far", chart.figure),
  );

  const samples = new Samples();
  let coupon;
  const updateTimer = () => {
    const opening = coupon?.state === "scheduled" ? formatCountdown(Date.parse(coupon.opensAt) - serviceNow()) : "";
    setText(timer, opening && `Opens in ${opening}`);
  };
  const interval = setInterval(updateTimer, 250);
  signal.addEventListener("abort", () => clearInterval(interval), { once: true });

  const show = (newCoupon) => {
    const { name, state, quantity, remaining, issued, discount, opensAt, closesAt } = newCoupon;
    if (coupon !== undefined && coupon.state !== state) announce(`${name}: ${stateLabels[state]}`);
    coupon = newCoupon;
    document.title = `${name} · Rushboard`;
    setText(title, name);
    setText(badge, stateLabels[state]);
    badge.className = `badge ${state}`;
    facts.set("remaining", formatCount(remaining));
    facts.set("issued", formatCount(issued));
    facts.set("quantity", formatCount(quantity));
    facts.set("discount", formatDiscount(discount));
    facts.set("opensAt", opensAt === null ? "immediately" : formatMoment(opensAt));
    facts.set("closesAt", closesAt === null ? "never" : formatMoment(closesAt));
    samples.add(serviceNow(), issued);
    chart.show(samples.points, quantity, `${formatCount(issued)} of ${formatCount(quantity)} issued.`);
    claim.show(newCoupon);
    updateTimer();
  };

  const showNotFound = () => {
    setText(title, "Drop not found");
    const message = element("p", {}, "There is no coupon with the id ", element("code", {}, couponId), ".");
    main.replaceChildren(title, message, element("a", { href: "#/drop" }, "All drops"));
  };

  void poll(signal, "drop", async () => {
    const isFirst = coupon === undefined;
    const newCoupon = await requestJson(`${apiRoot}/coupons/${couponId}`, { signal }).catch((error) => {
      if (error instanceof RequestError && !error.isRetryable) return undefined;
      throw error;
    });
    if (newCoupon === undefined) {
      showNotFound();
      return null;
    }
    if (isFirst) for (const { at, value } of await pastPoints(couponId, signal)) samples.add(at, value);
    show(newCoupon);
    return nextPollMs(newCoupon);
  });
};

/** The view of one drop, or of all drops if the address has no id. */
export const dropView = (main, place, signal) =>
  place.id === undefined ? dropList(main, place, signal) : singleDrop(main, place.id, signal);
