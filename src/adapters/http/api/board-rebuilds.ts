import { z } from "zod";
import type { Comparison } from "../../../application/board/comparison.js";
import type { Ranking, RebuildSoldOutBoard } from "../../../application/concert/rebuild-sold-out-board.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { CompareBoards } from "../../../application/sales/compare-boards.js";
import { boardsKeptAt } from "../../../domain/sold-out.js";
import { countSchema, name } from "../server/api-schemas.js";
import { type Route, route } from "../server/route.js";

type Needs = {
  readonly rebuildSoldOutBoard: RebuildSoldOutBoard;
  readonly compareBoards: CompareBoards;
  readonly ranking: Ranking;
  readonly clock: Clock;
};

const boardSchema = z.enum(["products", "fastest", "weekly"]);
const wantedSchema = name("BoardToRebuild", z.strictObject({ board: boardSchema }));
const rebuiltSchema = name(
  "RebuiltBoard",
  z.strictObject({ board: boardSchema, entries: countSchema, drift: countSchema }),
);

/** Boards brought to what the database says, by command. */
export const rebuildRoutes = ({ rebuildSoldOutBoard, compareBoards, ranking, clock }: Needs): readonly Route[] => {
  const rebuild = async (board: z.infer<typeof boardSchema>): Promise<Comparison> => {
    if (board === "products") return compareBoards.all();
    let [entries, drift] = [0, 0];
    for (const kept of boardsKeptAt(clock.now(), ranking.zone)) {
      if (kept.name !== board) continue;
      const rebuilt = await rebuildSoldOutBoard.execute(kept);
      entries += rebuilt.entries;
      drift += rebuilt.drift;
    }
    return { entries, drift };
  };
  return [
    route({
      method: "POST",
      path: "/admin/rankings/rebuild",
      access: "admin",
      summary: "Compare a board with the database, and mend it",
      description:
        "`products` are the boards of all windows, `weekly` those of this week and the two before. `drift` is how " +
        "many members differed. Boards mend themselves; readers never see half a board, then or now.",
      unhurried: true,
      body: wantedSchema,
      answers: { 200: rebuiltSchema },
      problems: ["engine-unavailable"],
      async handle({ body: { board } }) {
        const { entries, drift } = await rebuild(board);
        return { status: 200, body: { board, entries, drift } };
      },
    }),
  ];
};
