import { z } from "zod";
import type { ListSoldOut } from "../../../application/concert/list-sold-out.js";
import type { SoldOutRules } from "../../../application/concert/rebuild-sold-out-board.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { SoldOutRecords, TitledSellOut } from "../../../application/ports/sold-out-records.js";
import { type BusinessWeek, businessDayAt, businessWeekOf, isBusinessWeek } from "../../../domain/business-day.js";
import { boardSize, elapsedMs, fastestBoard, weeklyBoard } from "../../../domain/sold-out.js";
import { scorePolicies } from "../../../domain/sold-out-score.js";
import { toInstant } from "../../../domain/time.js";
import { pageResponse, type Route, route } from "../server/route.js";
import {
  component,
  countSchema,
  fromTime,
  idSchema,
  limitOf,
  pageQuery,
  pageSchema,
  timeSchema,
} from "../server/schemas.js";
import type { BoardQuery, BoardResponses } from "./board-responses.js";
import { boardRoutes } from "./board-routes.js";

const weekMessage = "must be an ISO week such as 2026-W47";
const weekSchema = z
  .string(weekMessage)
  .refine(isBusinessWeek, weekMessage)
  .meta({ pattern: "^\\d{4}-W(0[1-9]|[1-4]\\d|5[0-3])$" }) as unknown as z.ZodType<BusinessWeek>;

const boardSchema = z.enum(["fastest", "weekly"]);
const boardQuerySchema = z
  .strictObject({
    board: boardSchema.describe("Default: `weekly` if `week` is given, otherwise `fastest`").optional(),
    week: weekSchema.describe("Of the weekly board. Default: this week").optional(),
    limit: limitOf(boardSize, 20),
  })
  .refine(({ board, week }) => board !== "fastest" || week === undefined, {
    path: ["week"],
    error: "must be absent for the board fastest",
  });

const historyQuery = pageQuery.extend({
  from: timeSchema.describe("The earliest soldOutAt").optional(),
  to: timeSchema.describe("Sell-outs at this time or later are left out").optional(),
});

const facts = {
  concertId: idSchema,
  scheduleId: idSchema,
  title: z.string(),
  seats: countSchema,
  salesOpenAt: timeSchema,
  soldOutAt: timeSchema,
  elapsedMs: countSchema,
};
const sellOutSchema = component("SellOut", z.strictObject(facts));

const boardResponseSchema = component(
  "SoldOutBoard",
  z.strictObject({
    board: boardSchema,
    policy: z.enum(scorePolicies as [string, ...string[]]).describe("How the score is computed"),
    week: weekSchema.optional(),
    items: z.array(component("RankedSellOut", z.strictObject({ rank: z.int().min(1), ...facts, score: z.number() }))),
  }),
);

type Needs = {
  readonly listSoldOut: ListSoldOut;
  readonly soldOutRecords: SoldOutRecords;
  readonly soldOutRules: SoldOutRules;
  readonly boardResponses: BoardResponses;
  readonly clock: Clock;
};

const sellOutResponse = (sellOut: TitledSellOut): z.infer<typeof sellOutSchema> => {
  const { concertId, scheduleId, title, seats, salesOpenAt, soldOutAt } = sellOut;
  return {
    concertId,
    scheduleId,
    title,
    seats,
    salesOpenAt: toInstant(salesOpenAt),
    soldOutAt: toInstant(soldOutAt),
    elapsedMs: elapsedMs(sellOut),
  };
};

/** Returns the query of a board of sell-outs. */
export const soldOutBoardQuery =
  ({ listSoldOut, soldOutRules: { policy, zone }, clock }: Pick<Needs, "listSoldOut" | "soldOutRules" | "clock">) =>
  ({ board: given, week, limit }: z.infer<typeof boardQuerySchema>): BoardQuery => {
    const board = given ?? (week === undefined ? "fastest" : "weekly");
    return {
      boards: "sold-out",
      name: `sold-out:${board}:${week}:${limit}`,
      async read() {
        // The current week is determined at each read, because a stream may stay open past Sunday.
        const shownWeek = week ?? businessWeekOf(businessDayAt(clock.now(), zone));
        const items = await listSoldOut.execute(
          board === "fastest" ? fastestBoard : weeklyBoard(shownWeek, zone),
          limit,
        );
        return {
          board,
          policy,
          ...(board === "weekly" && { week: shownWeek }),
          items: items.map(({ rank, score, ...sellOut }) => ({ rank, ...sellOutResponse(sellOut), score })),
        };
      },
    };
  };

/** The boards of sell-outs by speed, and the history of all sell-outs. */
export const soldOutBoardRoutes = (needs: Needs): readonly Route[] => {
  const { soldOutRecords, boardResponses } = needs;
  const boardQuery = soldOutBoardQuery(needs);
  return [
    ...boardRoutes(boardResponses, {
      path: "/rankings/sold-out",
      readSummary: "Read the fastest sell-outs of all time or of a week",
      followSummary: "Follow a board of sell-outs",
      query: boardQuerySchema,
      response: boardResponseSchema,
      boardQuery,
    }),
    route({
      method: "GET",
      path: "/rankings/sold-out/history",
      access: "public",
      summary: "List all sell-outs, newest first",
      query: historyQuery,
      responses: { 200: pageSchema("SellOutPage", sellOutSchema) },
      problems: ["engine-unavailable"],
      async handle({ query: { from, to, cursor = null, limit } }) {
        const [earliest, before] = [from, to].map((time) => (time === undefined ? null : fromTime(time)));
        return pageResponse(
          await soldOutRecords.history(earliest ?? null, before ?? null, cursor, limit),
          sellOutResponse,
        );
      },
    }),
  ];
};
