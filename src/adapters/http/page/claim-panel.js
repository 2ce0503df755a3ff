import { api, ask, Refusal } from "./ask.js";
import { caller, hasClaimed, hasToken, isOpen, rememberClaim, setShopperName, shopperName } from "./caller.js";
import { element, section, setText } from "./element.js";
import { follow } from "./follow.js";
import { count } from "./words.js";

const tries = 20;
const refusals = {
  "coupon-sold-out": "Sold out. Nothing is left for a new claim.",
  "coupon-not-open": "The drop is not open.",
  "coupon-already-issued": "You have this coupon already.",
  internal: "The claim could not be settled. You may claim again.",
};

/** Claims, as long as it takes: the place stays the shopper's, so asking again never costs it. */
const place = async (couponId, signal, tell) => {
  for (let left = tries; ; left--)
    try {
      return await ask(`${api}/coupons/${couponId}/claims`, { method: "POST", as: "shopper", signal });
    } catch (error) {
      if (signal.aborted || left === 0 || (error instanceof Refusal && !error.passes)) throw error;
      tell("No answer yet. Your claim is sent again by itself.");
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 1000));
    }
};

const nameField = () => {
  const keep = ({ target }) => target.checkValidity() && setShopperName(target.value);
  const field = element("input", {
    id: "shopper",
    value: shopperName(),
    required: true,
    maxlength: "128",
    pattern: "[!-~]+",
    title: "Letters, digits and signs, without spaces",
    autocomplete: "nickname",
    spellcheck: "false",
    onchange: keep,
  });
  return element(
    "p",
    { class: "field" },
    element("label", { class: "name", for: "shopper" }, "Your name as a shopper"),
    field,
  );
};

/** The visitor's own claim: a button, then their position, then the result. */
export const claimPanel = (couponId, signal) => {
  const button = element("button", { type: "submit", class: "main", disabled: true }, "Claim");
  const words = element("p", { role: "status", class: "claim", id: "claim-state" });
  const form = element("form", {}, isOpen ? nameField() : "", button);
  const panel = section("claim-title", "Your claim", form, words);
  let coupon;
  let attempt = new AbortController();
  /** `idle`, `waiting` for a result, or `done` with one that stands. */
  let stage = "idle";

  const offer = () => {
    const ready = isOpen || hasToken();
    button.disabled = stage !== "idle" || coupon?.state !== "open" || !ready;
    const labels = { scheduled: "Not open yet", "sold-out": "Sold out", closed: "Closed" };
    setText(
      button,
      stage === "done" ? "Claimed" : stage === "waiting" ? "Waiting" : (labels[coupon?.state] ?? "Claim"),
    );
    if (stage === "idle" && !ready) setText(words, "A claim needs your token: give it with the button above.");
  };
  const say = (next, text) => {
    stage = next;
    panel.dataset.stage = next;
    setText(words, text);
    offer();
  };

  /** Ends the attempt that is under way, if any; answers the signal of a new one. */
  const begin = () => {
    attempt.abort();
    attempt = new AbortController();
    return AbortSignal.any([signal, attempt.signal]);
  };
  const fail = (error) => {
    attempt.abort();
    say("idle", refusals[error.code] ?? (error instanceof Refusal ? error.message : "No answer. Please try again."));
  };
  const settled = ({ status, position, reason }) => {
    attempt.abort();
    if (status === "succeeded") say("done", `It is yours. You were number ${count(position)}.`);
    else say("idle", refusals[reason] ?? `It did not work out: ${reason}.`);
  };

  const mine = (until) => ask(`${api}/coupons/${couponId}/claims/me`, { as: "shopper", signal: until });
  const watch = (claim, until) => {
    if (isOpen) rememberClaim(couponId);
    const waiting = ({ position }) =>
      say("waiting", `You are number ${count(position)}. The result comes here by itself.`);
    waiting(claim);
    // The link carries a ticket, since a browser's EventSource sends no headers; a claim may outwait its hour.
    const renew = async () => {
      try {
        const { status, links } = await mine(until);
        if (status !== "pending") settled(await ask(links.self, { as: "shopper", signal: until }));
        return links.events;
      } catch (error) {
        if (!until.aborted && error instanceof Refusal && !error.passes) fail(error);
        throw error;
      }
    };
    follow(until, "claim", claim.links.events, { pending: waiting, settled }, renew);
  };

  /** Follows the claim that the request finds, unless somebody else is at the page by then. */
  const meet = async (request, until) => {
    try {
      const claim = await request;
      if (!until.aborted) watch(claim, until);
    } catch (error) {
      if (!until.aborted) fail(error);
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("waiting", "Claiming");
    const until = begin();
    void meet(
      place(couponId, until, (text) => setText(words, text)),
      until,
    );
  });
  const somebodyElse = () => {
    attempt.abort();
    say("idle", "");
  };
  form.querySelector("input")?.addEventListener("change", somebodyElse);
  caller.addEventListener("change", somebodyElse, { signal });
  if (isOpen && hasClaimed(couponId)) {
    const until = begin();
    void meet(mine(until), until);
  }

  return {
    panel,
    show(found) {
      coupon = found;
      offer();
    },
  };
};
