/** Whether the service is in open mode: visitors choose a name. Otherwise requests need a token. */
export const isOpenMode = document.documentElement.dataset.callers === "open";

/** Dispatches `change` when the token is set or removed. */
export const caller = new EventTarget();

// Kept in memory only: other scripts of this origin and later visitors can read stored tokens.
let token = "";
let shopper = "";
const nameKey = "rushboard-shopper";

/** Writes (if `value` is given) and returns a value of this tab; null if the browser blocks storage. */
const sessionValue = (name, value) => {
  try {
    if (value !== undefined) sessionStorage.setItem(name, value);
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
};

export const hasToken = () => token !== "";

export const setToken = (text) => {
  token = text.trim();
  caller.dispatchEvent(new Event("change"));
};

export const setShopperName = (name) => {
  shopper = name;
  sessionValue(nameKey, name);
};

/** Returns the visitor's name in this tab. Generates and stores one if the visitor has not chosen a name. */
export const shopperName = () => {
  if (shopper === "")
    setShopperName(sessionValue(nameKey) || `visitor-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`);
  return shopper;
};

/** Stores that this visitor has claimed the coupon, so that the claim is shown after a reload. */
export const rememberClaim = (couponId) => sessionValue(`rushboard-claim:${couponId}`, shopperName());

export const hasClaimed = (couponId) => sessionValue(`rushboard-claim:${couponId}`) === shopperName();

/** Returns the request headers that identify the caller. */
export const authHeaders = (asShopper) => {
  if (!isOpenMode) return token === "" ? {} : { Authorization: `Bearer ${token}` };
  return asShopper ? { "X-User-Id": shopperName() } : {};
};
