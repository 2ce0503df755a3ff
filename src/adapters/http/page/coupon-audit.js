import { api, ask, askAll, Refusal } from "./ask.js";
import { element, section, setText, table } from "./element.js";
import { repeat } from "./follow.js";
import { lastingWords, withToken } from "./operator-part.js";
import { count } from "./words.js";

const everyMs = 3000;
const most = 200;

const rowsOf = ({ quantity, stores: { queue, stock, database } }) => [
  ["Queue", `admitted ${count(queue.admitted)}, returned ${count(queue.returned)}`],
  ["Stock", `taken ${count(stock.taken)}, remaining ${count(stock.remaining)} of ${count(quantity)}`],
  [
    "Database",
    `pending ${count(database.pending)}, issued ${count(database.issued)}, failed ${count(database.failed)}`,
  ],
];

/** A coupon's stores beside each other: whether they tell of the same claims. */
export const couponAudit = (couponId, signal) => {
  const ids = element("datalist", { id: "coupon-ids" });
  const field = element("input", {
    id: "audit-id",
    list: "coupon-ids",
    value: couponId ?? "",
    required: true,
    pattern: "[A-Za-z0-9_\\-]{1,64}",
    title: "A coupon's id",
    autocomplete: "off",
    spellcheck: "false",
  });
  const form = element(
    "form",
    { class: "row" },
    element("p", { class: "field" }, element("label", { class: "name", for: "audit-id" }, "Coupon id"), field),
    element("button", { type: "submit" }, "Audit"),
  );
  const words = element("p", { role: "status", id: "audit-state" });
  const { box, body, title } = table("Stores", ["Store", "Says"]);
  box.hidden = true;
  const say = (text) => {
    box.hidden = true;
    setText(words, text);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = `#/health?${new URLSearchParams({ audit: field.value })}`;
  });

  const audit = async (until) => {
    const found = await ask(`${api}/coupons/${couponId}/audit`, { signal: until });
    setText(title, `Stores of ${couponId}`);
    const { pending } = found.stores.database;
    const unbalanced = pending > 0 ? `${count(pending)} claims are being settled.` : "Not balanced.";
    setText(words, found.balanced ? "Balanced: every store tells of the same claims." : unbalanced);
    words.className = `verdict ${found.balanced || pending > 0 ? "good" : "bad"}`;
    const cells = ([name, text]) => element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, text));
    body.replaceChildren(...rowsOf(found).map(cells));
    box.hidden = false;
    return everyMs;
  };

  withToken(
    signal,
    () => say("Audits are for an admin's token: give it with the button above."),
    (until) => {
      void askAll(`${api}/coupons`, most, { signal: until })
        .then((coupons) =>
          ids.replaceChildren(...coupons.map((coupon) => element("option", { value: coupon.couponId }, coupon.name))),
        )
        .catch(() => {}); // the field takes any id without them
      if (couponId === null) return say("Choose a coupon.");
      void repeat(until, "audit", () =>
        audit(until).catch((error) => {
          // A cold queue is what an audit is for: it is told, and looked at again.
          if (error instanceof Refusal && error.code === "claim-not-accepted") {
            say("The queue is cold: it is being rebuilt.");
            return everyMs;
          }
          say(lastingWords(error));
          return null;
        }),
      );
    },
  );
  return section("coupon-audit", "Audit of a coupon", form, ids, words, box);
};
