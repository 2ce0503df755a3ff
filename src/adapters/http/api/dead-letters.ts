import { z } from "zod";
import { consumerGroups } from "../../../application/choreography.js";
import type { ReplayDeadLetter } from "../../../application/dead-letter/replay-dead-letter.js";
import type { DeadLetterQueries } from "../../../application/ports/dead-letter-queries.js";
import { toInstant } from "../../../domain/time.js";
import { countSchema, emptyBody, name, pageOf, pageQuery, timeSchema } from "../server/api-schemas.js";
import { pageAnswer } from "../server/page-answer.js";
import { type Route, route } from "../server/route.js";

const letterSchema = name(
  "DeadLetter",
  z.strictObject({
    id: z.string(),
    type: z.string(),
    group: z.enum(consumerGroups),
    error: z.string(),
    attempts: countSchema,
    at: timeSchema,
    event: z.unknown(),
  }),
);

const letterPage = pageOf("DeadLetterPage", letterSchema);
const replaySchema = name("Replay", z.strictObject({ id: z.string() }));

/** The event itself, or the raw text of what is none. */
const legible = (event: string): unknown => {
  try {
    return JSON.parse(event);
  } catch {
    return event;
  }
};

type Needs = { readonly deadLetters: DeadLetterQueries; readonly replayDeadLetter: ReplayDeadLetter };

/** What could not be delivered, for operators. */
export const deadLetterRoutes = ({ deadLetters, replayDeadLetter }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/admin/dead-letters",
    access: "admin",
    summary: "Parked events that nobody has replayed",
    query: pageQuery,
    answers: { 200: letterPage },
    problems: ["engine-unavailable"],
    async handle({ query: { cursor = null, limit } }) {
      return pageAnswer(
        await deadLetters.list(cursor, limit),
        ({ id, type, group, error, attempts, at, event }): z.infer<typeof letterSchema> => ({
          id,
          type,
          group,
          error,
          attempts,
          at: toInstant(at),
          event: legible(event),
        }),
      );
    },
  }),
  route({
    method: "POST",
    path: "/admin/dead-letters/:deadLetterId/replay",
    access: "admin",
    summary: "Deliver a parked event again",
    description: "To every group that reacts to it: each bears to hear it twice.",
    body: emptyBody,
    answers: { 202: replaySchema },
    problems: ["dead-letter-not-found", "dead-letter-replayed", "dead-letter-undecodable", "engine-unavailable"],
    async handle({ params: { deadLetterId } }) {
      await replayDeadLetter.execute(deadLetterId);
      return { status: 202, body: { id: deadLetterId } };
    },
  }),
];
