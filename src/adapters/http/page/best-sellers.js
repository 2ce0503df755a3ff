import { announce } from "./announce.js";
import { api } from "./ask.js";
import { choiceLinks } from "./choice-links.js";
import { element, section, setText, table } from "./element.js";
import { curlPost, firstSteps, freshId } from "./first-steps.js";
import { follow } from "./follow.js";
import { watchedPart } from "./watched-part.js";
import { count, movementOf } from "./words.js";

const windows = { "1d": "Today", "3d": "3 days", "7d": "7 days", "30d": "30 days", all: "All time" };
const shown = 10;

const nothing = () =>
  firstSteps(
    "Nothing was sold in this window. These commands add a product and report a sale of it; the board moves by itself.",
    curlPost("/products", { productId: "first-cup", name: "First cup", unitPrice: 9000, stock: 500 }),
    curlPost("/sales", {
      sales: [{ saleId: freshId("first-sale"), productId: "first-cup", quantity: 2, unitPrice: 9000 }],
    }),
  );

const row = ({ rank, productId, name, quantity, unitPrice, movement }, before) => {
  const { sign, words, kind } = movementOf(movement);
  return element(
    "tr",
    { "data-product": productId, class: before !== undefined && before < quantity ? "moved" : undefined },
    element("td", { class: "rank" }, count(rank)),
    element("th", { scope: "row" }, name),
    element("td", { class: "number" }, count(quantity)),
    element("td", { class: "number" }, count(unitPrice)),
    element(
      "td",
      { class: `movement ${kind}` },
      element("span", { "aria-hidden": "true" }, sign),
      element("span", { class: "unseen" }, words),
    ),
  );
};

/** The best sellers of a window, as they change. */
export const bestSellers = (to, signal) => {
  const { box, body, title } = table("Best sellers", ["Rank", "Product", "Sold", "Price", "Move"]);
  const choices = choiceLinks("Window", windows, (window) => to({ window }));
  const empty = element("div");
  const card = section("best-sellers", "Best sellers", choices.row, box, empty);
  box.hidden = true;

  const watch = watchedPart(signal, (window, until) => {
    let quantities = new Map();
    let leader;
    follow(until, "best sellers", `${api}/rankings/products/events?window=${window}&limit=${shown}`, {
      board({ items }) {
        setText(title, `Best sellers, ${windows[window].toLowerCase()}`);
        body.replaceChildren(...items.map((item) => row(item, quantities.get(item.productId))));
        quantities = new Map(items.map(({ productId, quantity }) => [productId, quantity]));
        box.hidden = items.length === 0;
        if (items.length > 0) empty.replaceChildren();
        else if (empty.childElementCount === 0) empty.append(nothing());
        // Only a new leader is worth interrupting for: the rest changes every second.
        const first = items[0]?.name;
        if (leader !== undefined && first !== leader) announce(`${first} leads the best sellers`);
        leader = first;
      },
    });
  });
  return {
    card,
    show(wanted) {
      choices.choose(wanted.window, (window) => to({ window }));
      watch(wanted.window);
    },
  };
};
