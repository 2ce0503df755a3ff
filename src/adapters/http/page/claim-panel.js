import { caller, hasClaimed, hasToken, isOpenMode, rememberClaim, setShopperName, shopperName } from "./caller.js";
import { element, section, setText } from "./element.js";
import { formatCount } from "./format.js";
import { followStream, poll, takeStreamSlot } from "./live-source.js";
import { apiRoot, RequestError, requestJson } from "./request.js";

const maxRetries = 20;
const messages = {
  "coupon-sold-out": "Sold out. No coupon is left.",
  "coupon-not-open": "The drop is not open.",
  "coupon-already-issued": "You already have this coupon.",
  internal: "The claim failed. You can claim again.",
};

/** Sends a claim and retries it. The service keeps the shopper's place, so a retry never costs the position. */
const sendClaim = async (couponId, signal, onRetry) => {
  for (let retriesLeft = maxRetries; ; retriesLeft--)
    try {
      return await requestJson(`${apiRoot}/coupons/${couponId}/claims`, { method: "POST", as: "shopper", signal });
    } catch (error) {
      if (signal.aborted || retriesLeft === 0 || (error instanceof RequestError && !error.isRetryable)) throw error;
      onRetry("No response yet. Your claim is retried automatically.");
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 1000));
    }
};

const nameField = () => {
  const saveName = ({ target }) => target.checkValidity() && setShopperName(target.value);
  const field = element("input", {
    id: "shopper",
    value: shopperName(),
    required: true,
    maxlength: "128",
    pattern: "[!-~]+",
    title: "Letters, digits and symbols, without spaces",
    autocomplete: "nickname",
    spellcheck: "false",
    onchange: saveName,
  });
  return element(
    "p",
    { class: "field" },
    element("label", { class: "name", for: "shopper" }, "Your name as a shopper"),
    field,
  );
};

/** The visitor's own claim: first a button, then the position, then the result. */
export const claimPanel = (couponId, signal) => {
  const button = element("button", { type: "submit", class: "main", disabled: true }, "Claim");
  const message = element("p", { role: "status", class: "claim", id: "claim-state" });
  const form = element("form", {}, isOpenMode ? nameField() : "", button);
  const panel = section("claim-title", "Your claim", form, message);
  let coupon;
  let attempt = new AbortController();
  /** `idle`, `waiting` for a result, or `done` with a coupon. */
  let stage = "idle";

  const updateButton = () => {
    const mayClaim = isOpenMode || hasToken();
    button.disabled = stage !== "idle" || coupon?.state !== "open" || !mayClaim;
    const stageLabels = { done: "Claimed", waiting: "Waiting" };
    const stateLabels = { scheduled: "Not open yet", "sold-out": "Sold out", closed: "Closed" };
    setText(button, stageLabels[stage] ?? stateLabels[coupon?.state] ?? "Claim");
    if (stage === "idle" && !mayClaim) setText(message, "A claim requires a token. Use the Token button above.");
  };
  const setStage = (nextStage, text) => {
    stage = nextStage;
    panel.dataset.stage = nextStage;
    setText(message, text);
    updateButton();
  };

  /** Cancels the current attempt and returns the signal of a new one. */
  const startAttempt = () => {
    attempt.abort();
    attempt = new AbortController();
    return AbortSignal.any([signal, attempt.signal]);
  };
  const fail = (error) => {
    attempt.abort();
    const text = error instanceof RequestError ? error.message : "No response. Please try again.";
    setStage("idle", messages[error.code] ?? text);
  };
  const showResult = ({ status, position, reason }) => {
    attempt.abort();
    if (status === "succeeded") setStage("done", `You got the coupon. Your position was ${formatCount(position)}.`);
    else setStage("idle", messages[reason] ?? `The claim failed: ${reason}.`);
  };

  const requestOwnClaim = (until) =>
    requestJson(`${apiRoot}/coupons/${couponId}/claims/me`, { as: "shopper", signal: until });
  /** Other windows use all streams that this browser may have. */
  const pollClaim = ({ links }, until) =>
    void poll(until, "claim", async () => {
      const task = await requestJson(links.self, { as: "shopper", signal: until });
      if (task.status !== "pending") showResult(task);
      return 1000;
    });
  const followClaim = async (claim, until) => {
    if (isOpenMode) rememberClaim(couponId);
    const showPosition = ({ position }) =>
      setStage("waiting", `Your position is ${formatCount(position)}. The result appears here automatically.`);
    showPosition(claim);
    // The link contains a ticket, because EventSource cannot send headers. A ticket expires after an hour.
    const renewUrl = async () => {
      try {
        const { status, links } = await requestOwnClaim(until);
        if (status !== "pending") showResult(await requestJson(links.self, { as: "shopper", signal: until }));
        return links.events;
      } catch (error) {
        if (!until.aborted && error instanceof RequestError && !error.isRetryable) fail(error);
        throw error;
      }
    };
    if (await takeStreamSlot(until))
      followStream(until, "claim", claim.links.events, { pending: showPosition, settled: showResult }, renewUrl);
    else pollClaim(claim, until);
  };

  /** Follows the claim in the response. Does nothing if the visitor has since changed the name or the token. */
  const followResponse = async (response, until) => {
    try {
      const claim = await response;
      if (!until.aborted) await followClaim(claim, until);
    } catch (error) {
      if (!until.aborted) fail(error);
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    setStage("waiting", "Claiming");
    const until = startAttempt();
    const response = sendClaim(couponId, until, (text) => setText(message, text));
    void followResponse(response, until);
  });
  const reset = () => {
    attempt.abort();
    setStage("idle", "");
  };
  form.querySelector("input")?.addEventListener("change", reset);
  caller.addEventListener("change", reset, { signal });
  if (isOpenMode && hasClaimed(couponId)) {
    const until = startAttempt();
    void followResponse(requestOwnClaim(until), until);
  }

  return {
    panel,
    show(newCoupon) {
      coupon = newCoupon;
      updateButton();
    },
  };
};
