import { z } from "zod";
import type { Comparison } from "../../../application/board/comparison.js";
import type { RebuildSoldOutBoard, SoldOutRules } from "../../../application/concert/rebuild-sold-out-board.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { CompareBoards } from "../../../application/sales/compare-boards.js";
import { boardsKeptAt } from "../../../domain/sold-out.js";
import { type Route, route } from "../server/route.js";
import { component, countSchema } from "../server/schemas.js";

const boardSchema = z.enum(["products", "fastest", "weekly"]);
const requestSchema = component("BoardToRebuild", z.strictObject({ board: boardSchema }));
const rebuiltSchema = component(
  "RebuiltBoard",
  z.strictObject({
    board: boardSchema,
    entries: countSchema.describe("Members that were compared"),
    drift: countSchema.describe("Members that differed"),
  }),
);

type Needs = {
  readonly rebuildSoldOutBoard: RebuildSoldOutBoard;
  readonly compareBoards: CompareBoards;
  readonly soldOutRules: SoldOutRules;
  readonly clock: Clock;
};

/** For operators: boards compared with the database and repaired. */
export const boardRebuildRoutes = (needs: Needs): readonly Route[] => {
  const { rebuildSoldOutBoard, compareBoards, soldOutRules, clock } = needs;
  const rebuild = async (name: z.infer<typeof boardSchema>): Promise<Comparison> => {
    if (name === "products") return compareBoards.all();
    let [entries, drift] = [0, 0];
    for (const board of boardsKeptAt(clock.now(), soldOutRules.zone)) {
      if (board.name !== name) continue;
      const rebuilt = await rebuildSoldOutBoard.execute(board);
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
      summary: "Compare a board with the database and repair it",
      description:
        "`products` means the boards of all windows; `weekly` means the boards of this week and the two before. Boards " +
        "are also repaired without this call. Readers never see a half-built board.",
      noDeadline: true,
      body: requestSchema,
      example: { board: "products" },
      responses: { 200: rebuiltSchema },
      problems: ["engine-unavailable"],
      async handle({ body: { board } }) {
        const { entries, drift } = await rebuild(board);
        return { status: 200, body: { board, entries, drift } };
      },
    }),
  ];
};
