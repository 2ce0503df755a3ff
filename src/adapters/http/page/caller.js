/** In open mode a visitor says who they are; else only a token does. */
export const isOpen = document.documentElement.dataset.callers === "open";

/** Tells `change` when there is another token, or none. */
export const caller = new EventTarget();

// In memory only: what is stored, another script of this origin or the next visitor could read.
let token = "";
let shopper = "";
const key = "rushboard-shopper";

/** Storage may be switched off; then a name lasts as long as the page. */
const remembered = (name, value) => {
  try {
    if (value !== undefined) sessionStorage.setItem(name, value);
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
};

export const hasToken = () => token !== "";

export const setToken = (given) => {
  token = given.trim();
  caller.dispatchEvent(new Event("change"));
};

export const setShopperName = (name) => {
  shopper = name;
  remembered(key, name);
};

/** The visitor's name in this tab; one is made up for who gives none, and kept as if they had. */
export const shopperName = () => {
  if (shopper === "")
    setShopperName(remembered(key) || `visitor-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`);
  return shopper;
};

/** Remembers that this visitor has a claim on the coupon, so that a reload finds it again. */
export const rememberClaim = (couponId) => remembered(`rushboard-claim:${couponId}`, shopperName());

export const hasClaimed = (couponId) => remembered(`rushboard-claim:${couponId}`) === shopperName();

/** What a request says of its sender. */
export const credentials = (asShopper) => {
  if (!isOpen) return token === "" ? {} : { Authorization: `Bearer ${token}` };
  return asShopper ? { "X-User-Id": shopperName() } : {};
};
