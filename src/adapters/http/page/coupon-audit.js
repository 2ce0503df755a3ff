import { permanentErrorText, withToken } from "./admin-access.js";
import { element, section, setText, table } from "./element.js";
import { formatCount } from "./format.js";
import { poll } from "./live-source.js";
import { apiRoot, RequestError, requestAll, requestJson } from "./request.js";

const pollMs = 3000;
const maxSuggestions = 200;

const rowsOf = ({ quantity, stores: { queue, stock, database } }) => [
  ["Queue", `admitted ${formatCount(queue.admitted)}, returned ${formatCount(queue.returned)}`],
  ["Stock", `taken ${formatCount(stock.taken)}, remaining ${formatCount(stock.remaining)} of ${formatCount(quantity)}`],
  [
    "Database",
    ["pending", "issued", "failed"].map((status) => `${status} ${formatCount(database[status])}`).join(", "),
  ],
];

/** The audit of a coupon: compares its queue, its stock and the database. */
export const couponAudit = (couponId, signal) => {
  const suggestions = element("datalist", { id: "coupon-ids" });
  const field = element("input", {
    id: "audit-id",
    list: "coupon-ids",
    value: couponId ?? "",
    required: true,
    pattern: "[A-Za-z0-9_\\-]{1,64}",
    title: "The id of a coupon",
    autocomplete: "off",
    spellcheck: "false",
  });
  const form = element(
    "form",
    { class: "row" },
    element("p", { class: "field" }, element("label", { class: "name", for: "audit-id" }, "Coupon id"), field),
    element("button", { type: "submit" }, "Audit"),
  );
  const message = element("p", { role: "status", id: "audit-state" });
  const { box, body, title } = table("Stores", ["Store", "Counts"]);
  box.hidden = true;
  const showMessage = (text) => {
    box.hidden = true;
    setText(message, text);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = `#/health?${new URLSearchParams({ audit: field.value })}`;
  });

  const update = async (until) => {
    const audit = await requestJson(`${apiRoot}/coupons/${couponId}/audit`, { signal: until });
    setText(title, `Stores of ${couponId}`);
    const { pending } = audit.stores.database;
    const unbalanced = pending > 0 ? `Pending claims: ${formatCount(pending)}.` : "Not balanced.";
    setText(message, audit.balanced ? "Balanced: all stores have the same counts." : unbalanced);
    message.className = `verdict ${audit.balanced || pending > 0 ? "good" : "bad"}`;
    const row = ([name, text]) => element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, text));
    body.replaceChildren(...rowsOf(audit).map(row));
    box.hidden = false;
    return pollMs;
  };

  withToken(
    signal,
    () => showMessage("An audit requires an admin token. Use the Token button above."),
    (until) => {
      void requestAll(`${apiRoot}/coupons`, maxSuggestions, { signal: until })
        .then((coupons) =>
          suggestions.replaceChildren(
            ...coupons.map((coupon) => element("option", { value: coupon.couponId }, coupon.name)),
          ),
        )
        .catch(() => {}); // suggestions are optional: the field accepts any id
      if (couponId === null) return showMessage("Choose a coupon.");
      void poll(until, "audit", () =>
        update(until).catch((error) => {
          if (error instanceof RequestError && error.code === "claim-not-accepted") {
            showMessage("The queue is cold and is being rebuilt.");
            return pollMs;
          }
          showMessage(permanentErrorText(error));
          return null;
        }),
      );
    },
  );
  return section("coupon-audit", "Audit of a coupon", form, suggestions, message, box);
};
