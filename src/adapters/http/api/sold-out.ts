import type { z } from "zod";
import type { ListSoldOut } from "../../../application/concert/list-sold-out.js";
import type { Ranking } from "../../../application/concert/rebuild-sold-out-board.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { SoldOutRecords, TitledSellOut } from "../../../application/ports/sold-out-records.js";
import { businessDayAt, businessWeekOf } from "../../../domain/business-day.js";
import { type Board, elapsedMs, fastestBoard, weeklyBoard } from "../../../domain/sold-out.js";
import { type EpochMs, fromInstant, type Instant, toInstant } from "../../../domain/time.js";
import { pageAnswer } from "../server/page-answer.js";
import { type Route, route } from "../server/route.js";
import type { BoardAnswers, BoardQuery } from "./board-answers.js";
import { historyQuery, sellOutPage, type sellOutSchema, soldOutBoardSchema, soldOutQuery } from "./sold-out-schemas.js";

type Needs = {
  readonly listSoldOut: ListSoldOut;
  readonly soldOutRecords: SoldOutRecords;
  readonly ranking: Ranking;
  readonly boardAnswers: BoardAnswers;
  readonly clock: Clock;
};

const shown = (sellOut: TitledSellOut): z.infer<typeof sellOutSchema> => {
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

const atOrNull = (time: string | undefined): EpochMs | null =>
  time === undefined ? null : fromInstant(time as Instant);

/** The boards of fastest sell-outs, and all sell-outs there were. */
export const soldOutRoutes = (needs: Needs): readonly Route[] => {
  const { listSoldOut, soldOutRecords, ranking, boardAnswers, clock } = needs;
  const { policy, zone } = ranking;

  const boardQuery = ({ board: wanted, week, limit }: z.infer<typeof soldOutQuery>): BoardQuery => ({
    boards: "sold-out",
    name: `sold-out:${wanted}:${week}:${limit}`,
    async read() {
      // Which week is this one is asked at each reading: people watch past Sunday.
      const which = week ?? businessWeekOf(businessDayAt(clock.now(), zone));
      const board: Board = wanted === "fastest" ? fastestBoard : weeklyBoard(which, zone);
      const items = await listSoldOut.execute(board, limit);
      return {
        board: wanted,
        policy,
        ...(wanted === "weekly" && { week: which }),
        items: items.map(({ rank, score, ...sellOut }) => ({ rank, ...shown(sellOut), score })),
      };
    },
  });

  return [
    route({
      method: "GET",
      path: "/rankings/sold-out",
      access: "public",
      summary: "The fastest sell-outs, of all time or of a week",
      description:
        "Of this week, where none is named. The policy says what the score is. An answer may be half a second old.",
      query: soldOutQuery,
      answers: { 200: soldOutBoardSchema },
      problems: ["engine-unavailable"],
      handle: ({ query }) => boardAnswers.answer(boardQuery(query)),
    }),
    route({
      method: "GET",
      path: "/rankings/sold-out/events",
      access: "public",
      summary: "Watch a board of sell-outs",
      description: "Events `board`, with the JSON of the board: at once and on change, at most one a second.",
      query: soldOutQuery,
      answers: { 200: "text/event-stream" },
      problems: ["too-many-streams", "engine-unavailable"],
      handle: (context) => boardAnswers.stream(boardQuery(context.query), context.openStream()),
    }),
    route({
      method: "GET",
      path: "/rankings/sold-out/history",
      access: "public",
      summary: "Every sell-out, newest first",
      description: "Those with `from` ≤ soldOutAt < `to`.",
      query: historyQuery,
      answers: { 200: sellOutPage },
      problems: ["engine-unavailable"],
      handle: async ({ query: { from, to, cursor = null, limit } }) =>
        pageAnswer(await soldOutRecords.history(atOrNull(from), atOrNull(to), cursor, limit), shown),
    }),
  ];
};
