import { z } from "zod";
import type { ScheduleConcert } from "../../../application/concert/schedule-concert.js";
import type { ConcertQueries } from "../../../application/ports/concert-queries.js";
import type { NewId } from "../../../application/ports/new-id.js";
import type { ConcertId } from "../../../domain/ids.js";
import type { ProblemEntries } from "../server/problems.js";
import { pageResponse, type Route, route } from "../server/route.js";
import { component, idSchema, nameSchema, pageQuery, pageSchema } from "../server/schemas.js";

const newConcertSchema = component("NewConcert", z.strictObject({ concertId: idSchema.optional(), title: nameSchema }));
const concertSchema = component("Concert", z.strictObject({ concertId: idSchema, title: z.string() }));

export const concertProblems = {
  "concert-not-found": {
    status: 404,
    title: "Concert not found",
    meaning: "There is no concert with this id.",
    advice: "GET /api/v1/concerts lists all concerts.",
    detail: ({ concertId }) => `There is no concert with the id ${concertId}.`,
  },
} satisfies Partial<ProblemEntries>;

type Needs = {
  readonly scheduleConcert: ScheduleConcert;
  readonly concerts: ConcertQueries;
  readonly newId: NewId;
};

/** Concerts: added by admins, read by everyone. */
export const concertRoutes = ({ scheduleConcert, concerts, newId }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/concerts",
    access: "public",
    summary: "List concerts",
    query: pageQuery,
    responses: { 200: pageSchema("ConcertPage", concertSchema) },
    problems: ["engine-unavailable"],
    handle: async ({ query: { cursor = null, limit } }) =>
      pageResponse(await concerts.list(cursor, limit), ({ concertId, title }) => ({ concertId, title })),
  }),
  route({
    method: "POST",
    path: "/concerts",
    access: "admin",
    summary: "Add a concert",
    description:
      "A repeated request with the same id and body returns 200 and the concert. Location is the address of its " +
      "schedules.",
    body: newConcertSchema,
    example: { concertId: "spring", title: "Spring concert" },
    responses: { 201: concertSchema, 200: concertSchema },
    links: ["GET /concerts/:concertId/schedules", "POST /concerts/:concertId/schedules"],
    problems: ["id-taken", "engine-unavailable"],
    async handle({ body: { title, ...body }, operator }) {
      const concertId = (body.concertId ?? newId()) as ConcertId;
      const { created } = await scheduleConcert.concert({ concertId, title }, operator);
      const headers = ["Location", `/api/v1/concerts/${concertId}/schedules`];
      return { status: created ? 201 : 200, body: { concertId, title }, headers };
    },
  }),
];
