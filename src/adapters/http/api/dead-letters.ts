import { z } from "zod";
import { consumerGroups } from "../../../application/choreography.js";
import type { DeleteDeadLetter } from "../../../application/dead-letter/delete-dead-letter.js";
import type { ReplayDeadLetter } from "../../../application/dead-letter/replay-dead-letter.js";
import type { DeadLetterQueries } from "../../../application/ports/dead-letter-queries.js";
import { toInstant } from "../../../domain/time.js";
import type { ProblemEntries } from "../server/problems.js";
import { pageResponse, type Route, route } from "../server/route.js";
import { component, countSchema, emptyBody, pageQuery, pageSchema, timeSchema } from "../server/schemas.js";

const letterSchema = component(
  "DeadLetter",
  z.strictObject({
    id: z.string(),
    type: z.string(),
    group: z.enum(consumerGroups),
    error: z.string(),
    attempts: countSchema,
    at: timeSchema,
    event: z.unknown().describe("The event's JSON, or the parked text if it is not JSON"),
  }),
);
const replaySchema = component("Replay", z.strictObject({ id: z.string() }));

export const deadLetterProblems = {
  "dead-letter-not-found": {
    status: 404,
    title: "Dead letter not found",
    meaning: "There is no dead letter with this id.",
    advice: "GET /api/v1/admin/dead-letters lists all dead letters.",
    detail: ({ deadLetterId }) => `There is no dead letter with the id ${deadLetterId}.`,
  },
  "dead-letter-replayed": {
    status: 409,
    title: "Dead letter was replayed before",
    meaning: "The event was delivered again before.",
    advice: "Nothing remains to be done. If the event fails again, it becomes a new dead letter.",
    detail: ({ deadLetterId }) => `Dead letter ${deadLetterId} was replayed before.`,
  },
  "dead-letter-undecodable": {
    status: 422,
    title: "Dead letter is not an event",
    meaning: "The parked text is not a valid event, so it cannot be delivered again.",
    advice: "Read the dead letter's event and error, and correct the sender.",
    detail: ({ deadLetterId }) => `The parked text of dead letter ${deadLetterId} is not a valid event.`,
  },
} satisfies Partial<ProblemEntries>;

const eventOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

type Needs = {
  readonly deadLetters: DeadLetterQueries;
  readonly replayDeadLetter: ReplayDeadLetter;
  readonly deleteDeadLetter: DeleteDeadLetter;
};

/** For operators: events that could not be delivered. */
export const deadLetterRoutes = ({ deadLetters, replayDeadLetter, deleteDeadLetter }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/admin/dead-letters",
    access: "admin",
    summary: "List parked events that were not replayed",
    query: pageQuery,
    responses: { 200: pageSchema("DeadLetterPage", letterSchema) },
    problems: ["engine-unavailable"],
    handle: async ({ query: { cursor = null, limit } }) =>
      pageResponse(await deadLetters.list(cursor, limit), (letter): z.infer<typeof letterSchema> => {
        const { id, type, group, error, attempts, at, event } = letter;
        return { id, type, group, error, attempts, at: toInstant(at), event: eventOf(event) };
      }),
  }),
  route({
    method: "POST",
    path: "/admin/dead-letters/:deadLetterId/replay",
    access: "admin",
    summary: "Deliver a parked event again",
    description:
      "The event goes to every consumer group that reacts to it. Consumers ignore events that they have seen.",
    body: emptyBody,
    responses: { 202: replaySchema },
    problems: ["dead-letter-not-found", "dead-letter-replayed", "dead-letter-undecodable", "engine-unavailable"],
    async handle({ params: { deadLetterId }, operator }) {
      await replayDeadLetter.execute(deadLetterId, operator);
      return { status: 202, body: { id: deadLetterId } };
    },
  }),
  route({
    method: "DELETE",
    path: "/admin/dead-letters/:deadLetterId",
    access: "admin",
    summary: "Discard a parked event",
    description: "The event is never delivered. A replayed one is deleted by itself after 30 days.",
    responses: { 204: null },
    problems: ["dead-letter-not-found", "dead-letter-replayed", "engine-unavailable"],
    async handle({ params: { deadLetterId }, operator }) {
      await deleteDeadLetter.execute(deadLetterId, operator);
      return { status: 204 };
    },
  }),
];
