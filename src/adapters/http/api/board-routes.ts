import type { z } from "zod";
import { type Route, route } from "../server/route.js";
import type { BoardQuery, BoardResponses } from "./board-responses.js";

/** A board as its resource declares it. */
type BoardDeclaration<Query> = {
  readonly path: string;
  readonly readSummary: string;
  readonly followSummary: string;
  readonly query: z.ZodObject & z.ZodType<Query>;
  readonly response: z.ZodType;
  readonly boardQuery: (query: Query) => BoardQuery;
};

/** The two routes of a board: one reads it, the other follows it as a stream. */
export const boardRoutes = <Query>(
  boardResponses: BoardResponses,
  { path, readSummary, followSummary, query, response, boardQuery }: BoardDeclaration<Query>,
): readonly Route[] => [
  route({
    method: "GET",
    path,
    isHot: true,
    access: "public",
    summary: readSummary,
    description: "The response may be half a second old.",
    query,
    responses: { 200: response },
    problems: ["engine-unavailable"],
    handle: (context) => boardResponses.read(boardQuery(context.query)),
  }),
  route({
    method: "GET",
    path: `${path}/events`,
    access: "public",
    summary: followSummary,
    description: "Events: `board` with the board's JSON, immediately and on change, at most one per second.",
    query,
    responses: { 200: "text/event-stream" },
    problems: ["too-many-streams", "engine-unavailable"],
    handle: (context) => boardResponses.stream(boardQuery(context.query), context.openStream()),
  }),
];
