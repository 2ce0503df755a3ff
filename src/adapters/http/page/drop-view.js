import { announce } from "./announce.js";
import { api, ask, askAll, Refusal } from "./ask.js";
import { isOpen } from "./caller.js";
import { claimPanel } from "./claim-panel.js";
import { curve, Samples } from "./curve.js";
import { dropList, stateWords } from "./drop-list.js";
import { element, factList, section, setText } from "./element.js";
import { repeat } from "./follow.js";
import { serviceNow } from "./service-clock.js";
import { count, countdownOf, discountOf, momentOf } from "./words.js";

const mostLogged = 5000;
const names = {
  remaining: "Remaining",
  issued: "Issued",
  quantity: "In all",
  discount: "Worth",
  opensAt: "Opens",
  closesAt: "Closes",
};

/** How long until the coupon is asked for again, ms: each second of a rush, and at the very opening. */
const nextLook = ({ state, opensAt, issued, remaining, quantity }) => {
  if (state === "scheduled") return Math.min(5000, Math.max(50, Date.parse(opensAt) - serviceNow()));
  return state === "open" || issued + remaining < quantity ? 1000 : 5000;
};

/** The curve until now, where one may read the ranking log: anyone in open mode, unless a proxy closes it. */
const issuedBefore = async (couponId, signal) => {
  if (!isOpen) return [];
  const log = await askAll(`${api}/admin/ranking-logs?couponId=${couponId}`, mostLogged, { signal }).catch((error) => {
    if (error instanceof Refusal && error.isForeign) return [];
    throw error;
  });
  const times = log.filter(({ status }) => status === "ISSUED").map(({ at }) => Date.parse(at));
  return times.sort((a, b) => a - b).map((at, index) => ({ at, value: index + 1 }));
};

const drop = (main, couponId, signal) => {
  const title = element("h1", { tabindex: "-1" }, "Drop");
  const badge = element("span", { class: "badge", id: "drop-state" });
  const timer = element("p", { class: "timer", role: "timer", "aria-live": "off" });
  const { list, set } = factList(names);
  const chart = curve("Issued", signal);
  const claim = claimPanel(couponId, signal);
  main.append(
    element("p", { class: "muted" }, element("a", { href: "#/drop" }, "All drops")),
    element("div", { class: "title" }, title, badge),
    timer,
    element("div", { class: "columns" }, section("drop-facts", "The drop", list), claim.panel),
    section("drop-curve", "Issued so far", chart.figure),
  );

  const samples = new Samples();
  let coupon;
  const tick = () => {
    const opening = coupon?.state === "scheduled" ? countdownOf(Date.parse(coupon.opensAt) - serviceNow()) : "";
    setText(timer, opening && `Opens in ${opening}`);
  };
  const ticking = setInterval(tick, 250);
  signal.addEventListener("abort", () => clearInterval(ticking), { once: true });

  const show = (found) => {
    const { name, state, quantity, remaining, issued, discount, opensAt, closesAt } = found;
    if (coupon !== undefined && coupon.state !== state) announce(`${name}: ${stateWords[state]}`);
    coupon = found;
    document.title = `${name} · Rushboard`;
    setText(title, name);
    setText(badge, stateWords[state]);
    badge.className = `badge ${state}`;
    set("remaining", count(remaining));
    set("issued", count(issued));
    set("quantity", count(quantity));
    set("discount", discountOf(discount));
    set("opensAt", opensAt === null ? "at once" : momentOf(opensAt));
    set("closesAt", closesAt === null ? "never" : momentOf(closesAt));
    samples.add(serviceNow(), issued);
    chart.show(samples.points, quantity, `${count(issued)} of ${count(quantity)} issued.`);
    claim.show(found);
    tick();
  };

  const missing = () => {
    setText(title, "No such drop");
    const words = element("p", {}, "There is no coupon with the id ", element("code", {}, couponId), ".");
    main.replaceChildren(title, words, element("a", { href: "#/drop" }, "All drops"));
    return null;
  };

  void repeat(signal, "drop", async () => {
    const first = coupon === undefined;
    const found = await ask(`${api}/coupons/${couponId}`, { signal }).catch((error) => {
      if (error instanceof Refusal && !error.passes) return undefined;
      throw error;
    });
    if (found === undefined) return missing();
    if (first) for (const { at, value } of await issuedBefore(couponId, signal)) samples.add(at, value);
    show(found);
    return nextLook(found);
  });
};

/** A coupon's drop; without an id, all of them. */
export const dropView = (main, place, signal) =>
  place.id === undefined ? dropList(main, place, signal) : drop(main, place.id, signal);
