import { z } from "zod";
import type { ListPopularProducts } from "../../../application/sales/list-popular-products.js";
import { salesWindows } from "../../../domain/sales-window.js";
import { toInstant } from "../../../domain/time.js";
import type { Route } from "../server/route.js";
import { component, countSchema, idSchema, limitOf, moneySchema, timeSchema } from "../server/schemas.js";
import type { BoardQuery, BoardResponses } from "./board-responses.js";
import { boardRoutes } from "./board-routes.js";

const windowSchema = z.enum(salesWindows);
const boardQuerySchema = z.strictObject({
  window: windowSchema.default("3d").describe("`3d` is today and the two business days before"),
  limit: limitOf(100, 5),
});

const itemSchema = component(
  "PopularProduct",
  z.strictObject({
    rank: z.int().min(1),
    productId: idSchema,
    name: z.string(),
    unitPrice: moneySchema,
    quantity: countSchema,
    movement: z
      .union([z.literal("new"), z.int()])
      .nullable()
      .describe("Ranks gained since yesterday's window; negative if lost; `new` if not ranked then; null for `all`"),
  }),
);
const boardResponseSchema = component(
  "PopularProducts",
  z.strictObject({ window: windowSchema, asOf: timeSchema, items: z.array(itemSchema) }),
);

type Needs = { readonly listPopularProducts: ListPopularProducts; readonly boardResponses: BoardResponses };

/** Returns the query of a window's board. */
export const productBoardQuery =
  ({ listPopularProducts }: Pick<Needs, "listPopularProducts">) =>
  ({ window, limit }: z.infer<typeof boardQuerySchema>): BoardQuery => ({
    boards: "products",
    name: `products:${window}:${limit}`,
    async read() {
      const { asOf, items } = await listPopularProducts.execute(window, limit);
      return { window, asOf: toInstant(asOf), items };
    },
  });

/** The boards of products by units sold. */
export const productBoardRoutes = ({ listPopularProducts, boardResponses }: Needs): readonly Route[] =>
  boardRoutes(boardResponses, {
    path: "/rankings/products",
    readSummary: "Read the best sellers of a window",
    followSummary: "Follow the best sellers of a window",
    query: boardQuerySchema,
    response: boardResponseSchema,
    boardQuery: productBoardQuery({ listPopularProducts }),
  });
