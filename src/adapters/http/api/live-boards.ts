import { z } from "zod";
import type { ListSoldOut } from "../../../application/concert/list-sold-out.js";
import type { SoldOutRules } from "../../../application/concert/rebuild-sold-out-board.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { ListPopularProducts } from "../../../application/sales/list-popular-products.js";
import { type SalesWindow, salesWindows } from "../../../domain/sales-window.js";
import { boardSize } from "../../../domain/sold-out.js";
import { type Route, route } from "../server/route.js";
import { limitOf } from "../server/schemas.js";
import type { BoardResponses } from "./board-responses.js";
import { productBoardQuery } from "./product-boards.js";
import { soldOutBoardQuery } from "./sold-out-boards.js";

const soldOutBoards = ["fastest", "weekly"] as const;

/** A list in a query: some of the values, separated by commas. */
const listOf = (values: readonly string[]) => {
  const one = `(${values.join("|")})`;
  const pattern = new RegExp(`^${one}(,${one}){0,${values.length - 1}}$`);
  return z.string().regex(pattern, `must be some of ${values.join(", ")}, separated by commas`);
};

const liveQuery = z
  .strictObject({
    products: listOf(salesWindows).describe("Windows of the best sellers").optional(),
    soldOut: listOf(soldOutBoards).describe("Boards of sell-outs").optional(),
    limit: limitOf(boardSize, 10),
  })
  .refine(({ products, soldOut }) => products !== undefined || soldOut !== undefined, {
    path: ["products"],
    error: "must be present if soldOut is absent",
  });

type Needs = {
  readonly listPopularProducts: ListPopularProducts;
  readonly listSoldOut: ListSoldOut;
  readonly soldOutRules: SoldOutRules;
  readonly boardResponses: BoardResponses;
  readonly clock: Clock;
};

const partsOf = <Part extends string>(list: string | undefined): readonly Part[] =>
  list === undefined ? [] : ([...new Set(list.split(","))] as Part[]);

/** Several boards in one stream. A browser has six HTTP/1.1 connections per host, and each stream occupies one. */
export const liveBoardRoutes = ({ boardResponses, ...needs }: Needs): readonly Route[] => {
  const [productBoard, soldOutBoard] = [productBoardQuery(needs), soldOutBoardQuery(needs)];
  return [
    route({
      method: "GET",
      path: "/rankings/events",
      access: "public",
      summary: "Follow several boards in one stream",
      description:
        "Events: `board` with the JSON of one of the boards, each immediately and on change, at most one per second and " +
        "board. `window` or `board` in the JSON names the board.",
      query: liveQuery,
      responses: { 200: "text/event-stream" },
      problems: ["too-many-streams", "engine-unavailable"],
      async handle(context) {
        const { products, soldOut, limit } = context.query;
        const stream = context.openStream();
        for (const window of partsOf<SalesWindow>(products))
          await boardResponses.stream(productBoard({ window, limit }), stream);
        for (const board of partsOf<(typeof soldOutBoards)[number]>(soldOut))
          await boardResponses.stream(soldOutBoard({ board, limit }), stream);
        return stream;
      },
    }),
  ];
};
