import { z } from "zod";
import type { ListPopularProducts } from "../../../application/sales/list-popular-products.js";
import { salesWindows } from "../../../domain/sales-window.js";
import { toInstant } from "../../../domain/time.js";
import { countSchema, idSchema, limitOf, moneySchema, name, timeSchema } from "../server/api-schemas.js";
import { type Route, route } from "../server/route.js";
import type { BoardAnswers, BoardQuery } from "./board-answers.js";

type Needs = {
  readonly listPopularProducts: ListPopularProducts;
  readonly boardAnswers: BoardAnswers;
};

const windowSchema = z.enum(salesWindows);
const boardQuery = z.strictObject({ window: windowSchema.default("3d"), limit: limitOf(100, 5) });

const itemSchema = name(
  "PopularProduct",
  z.strictObject({
    rank: z.int().min(1),
    productId: idSchema,
    name: z.string(),
    unitPrice: moneySchema,
    quantity: countSchema,
    movement: z.union([z.literal("new"), z.int()]).nullable(),
  }),
);
const boardSchema = name(
  "PopularProducts",
  z.strictObject({ window: windowSchema, asOf: timeSchema, items: z.array(itemSchema) }),
);

/** The boards of best sellers. */
export const popularProductRoutes = ({ listPopularProducts, boardAnswers }: Needs): readonly Route[] => {
  const ask = ({ window, limit }: z.infer<typeof boardQuery>): BoardQuery => ({
    boards: "products",
    name: `products:${window}:${limit}`,
    async read() {
      const { asOf, items } = await listPopularProducts.execute(window, limit);
      return { window, asOf: toInstant(asOf), items };
    },
  });
  return [
    route({
      method: "GET",
      path: "/rankings/products",
      access: "public",
      summary: "The best sellers of a window",
      description:
        "`3d` is today and the two business days before, and so on. Movement is the ranks gained since yesterday's " +
        "window, negative where lost, `new` for what was not on it; `all` has none. An answer may be half a second old.",
      query: boardQuery,
      answers: { 200: boardSchema },
      problems: ["engine-unavailable"],
      handle: ({ query }) => boardAnswers.answer(ask(query)),
    }),
    route({
      method: "GET",
      path: "/rankings/products/events",
      access: "public",
      summary: "Watch a window's best sellers",
      description: "Events `board`, with the JSON of the board: at once and on change, at most one a second.",
      query: boardQuery,
      answers: { 200: "text/event-stream" },
      problems: ["too-many-streams", "engine-unavailable"],
      handle: (context) => boardAnswers.stream(ask(context.query), context.openStream()),
    }),
  ];
};
