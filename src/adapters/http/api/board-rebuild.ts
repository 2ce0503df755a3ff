import { z } from "zod";
import type { RebuildBoard } from "../../../application/board/rebuild-board.js";
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

type Needs = { readonly rebuildBoard: RebuildBoard };

/** For operators: boards compared with the database and repaired. */
export const boardRebuildRoutes = ({ rebuildBoard }: Needs): readonly Route[] => [
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
    async handle({ body: { board }, operator }) {
      const { entries, drift } = await rebuildBoard.execute(board, operator);
      return { status: 200, body: { board, entries, drift } };
    },
  }),
];
