import { announce } from "./announce.js";
import { choiceLinks } from "./choice-links.js";
import { element, section, setText, table } from "./element.js";
import { curlPost, exampleCommands, uniqueId } from "./example-commands.js";
import { formatCount, movementLabel } from "./format.js";
import { followBoard } from "./shared-boards.js";
import { switchSource } from "./switch-source.js";

const windows = { "1d": "Today", "3d": "3 days", "7d": "7 days", "30d": "30 days", all: "All time" };

const emptyBoard = () =>
  exampleCommands(
    "No sales in this window. These commands add a product and report a sale. The board then updates automatically.",
    curlPost("/products", { productId: "first-cup", name: "First cup", unitPrice: 9000, stock: 500 }),
    curlPost("/sales", {
      sales: [{ saleId: uniqueId("first-sale"), productId: "first-cup", quantity: 2, unitPrice: 9000 }],
    }),
  );

const row = ({ rank, productId, name, quantity, unitPrice, movement }, previousQuantity) => {
  const { sign, label, kind } = movementLabel(movement);
  const rises = previousQuantity !== undefined && previousQuantity < quantity;
  return element(
    "tr",
    { "data-product": productId, class: rises ? "moved" : undefined },
    element("td", { class: "rank" }, formatCount(rank)),
    element("th", { scope: "row" }, name),
    element("td", { class: "number" }, formatCount(quantity)),
    element("td", { class: "number" }, formatCount(unitPrice)),
    element(
      "td",
      { class: `movement ${kind}` },
      element("span", { "aria-hidden": "true" }, sign),
      element("span", { class: "visually-hidden" }, label),
    ),
  );
};

/** The live board of best sellers in a window. */
export const bestSellers = (addressOf, signal) => {
  const { box, body, title } = table("Best sellers", ["Rank", "Product", "Sold", "Price", "Move"]);
  const choices = choiceLinks("Window", windows, (window) => addressOf({ window }));
  const empty = element("div");
  const card = section("best-sellers", "Best sellers", choices.row, box, empty);
  box.hidden = true;

  const follow = switchSource(signal, (window, until) => {
    let quantities = new Map();
    let leader;
    followBoard(until, "best sellers", `products:${window}`, ({ items }) => {
      setText(title, `Best sellers, ${windows[window].toLowerCase()}`);
      body.replaceChildren(...items.map((item) => row(item, quantities.get(item.productId))));
      quantities = new Map(items.map(({ productId, quantity }) => [productId, quantity]));
      box.hidden = items.length === 0;
      if (items.length > 0) empty.replaceChildren();
      else if (empty.childElementCount === 0) empty.append(emptyBoard());
      // Announces a new leader only: the other rows can change every second.
      const first = items[0]?.name;
      if (leader !== undefined && first !== leader) announce(`${first} leads the best sellers`);
      leader = first;
    });
  });
  return {
    card,
    show({ window }) {
      choices.select(window);
      follow(window);
    },
  };
};
