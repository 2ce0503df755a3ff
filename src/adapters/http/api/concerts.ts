import type { z } from "zod";
import type { ScheduleConcert } from "../../../application/concert/schedule-concert.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { ConcertQueries, ScheduleStanding, Seat } from "../../../application/ports/concert-queries.js";
import type { NewId } from "../../../application/ports/new-id.js";
import type { ConcertId, ScheduleId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { fromInstant, type Instant, toInstant } from "../../../domain/time.js";
import { limitOf, pageQuery } from "../server/api-schemas.js";
import { pageAnswer } from "../server/page-answer.js";
import { type Route, route } from "../server/route.js";
import {
  concertPage,
  concertSchema,
  newConcertSchema,
  newScheduleSchema,
  schedulePage,
  scheduleSchema,
  seatPage,
} from "./concert-schemas.js";

type Needs = {
  readonly scheduleConcert: ScheduleConcert;
  readonly concerts: ConcertQueries;
  readonly clock: Clock;
  readonly newId: NewId;
};

const mostSeatsAtOnce = 1000;

const shown = ({ schedule, counts, soldOutAt }: ScheduleStanding): z.infer<typeof scheduleSchema> => {
  const { scheduleId, concertId, startsAt, salesOpenAt, seats, price } = schedule;
  const { held, reserved } = counts;
  return {
    scheduleId,
    concertId,
    startsAt: toInstant(startsAt),
    salesOpenAt: toInstant(salesOpenAt),
    seats,
    price,
    total: seats,
    available: seats - held - reserved,
    held,
    reserved,
    ...(soldOutAt !== null && { soldOutAt: toInstant(soldOutAt) }),
  };
};

/** Concerts and their schedules: made by admins, read by anyone, seat by seat. */
export const concertRoutes = ({ scheduleConcert, concerts, clock, newId }: Needs): readonly Route[] => {
  const find = async (scheduleId: ScheduleId): Promise<ScheduleStanding> => {
    const standing = await concerts.schedule(scheduleId, clock.now());
    if (standing === undefined) throw new DomainError({ code: "schedule-not-found", scheduleId });
    return standing;
  };
  return [
    route({
      method: "GET",
      path: "/concerts",
      access: "public",
      summary: "List concerts",
      query: pageQuery,
      answers: { 200: concertPage },
      problems: ["engine-unavailable"],
      handle: async ({ query: { cursor = null, limit } }) =>
        pageAnswer(await concerts.list(cursor, limit), ({ concertId, title }) => ({ concertId, title })),
    }),
    route({
      method: "POST",
      path: "/concerts",
      access: "admin",
      summary: "Add a concert",
      description: "The same id and body again: 200, and the concert. Location is where its schedules are.",
      body: newConcertSchema,
      answers: { 201: concertSchema, 200: concertSchema },
      problems: ["id-taken", "engine-unavailable"],
      async handle({ body: { title, ...body } }) {
        const concertId = (body.concertId ?? newId()) as ConcertId;
        const { created } = await scheduleConcert.concert({ concertId, title });
        const headers = ["Location", `/api/v1/concerts/${concertId}/schedules`];
        return { status: created ? 201 : 200, body: { concertId, title }, headers };
      },
    }),
    route({
      method: "GET",
      path: "/concerts/:concertId/schedules",
      access: "public",
      summary: "A concert's schedules, with their seats counted",
      query: pageQuery,
      answers: { 200: schedulePage },
      problems: ["concert-not-found", "engine-unavailable"],
      async handle({ params: { concertId }, query: { cursor = null, limit } }) {
        const page = await concerts.schedules(concertId, clock.now(), cursor, limit);
        if (page?.items.length === 0 && (await concerts.find(concertId)) === undefined)
          throw new DomainError({ code: "concert-not-found", concertId });
        return pageAnswer(page, shown);
      },
    }),
    route({
      method: "POST",
      path: "/concerts/:concertId/schedules",
      access: "admin",
      summary: "Add a schedule, whose seats are numbered 1…seats",
      description: "The same id and body again: 200, and the schedule as it stands.",
      body: newScheduleSchema,
      answers: { 201: scheduleSchema, 200: scheduleSchema },
      problems: ["concert-not-found", "id-taken", "engine-unavailable"],
      async handle({ params: { concertId }, body: { seats, price, ...body } }) {
        const scheduleId = (body.scheduleId ?? newId()) as ScheduleId;
        const [startsAt, salesOpenAt] = [
          fromInstant(body.startsAt as Instant),
          fromInstant(body.salesOpenAt as Instant),
        ];
        const schedule = { scheduleId, concertId, startsAt, salesOpenAt, seats, price };
        const { created } = await scheduleConcert.schedule(schedule);
        const headers = ["Location", `/api/v1/schedules/${scheduleId}`];
        return { status: created ? 201 : 200, body: shown(await find(scheduleId)), headers };
      },
    }),
    route({
      method: "GET",
      path: "/schedules/:scheduleId",
      access: "public",
      summary: "A schedule, with its seats counted",
      description: "soldOutAt is the first sell-out, which stands also when a seat comes back.",
      answers: { 200: scheduleSchema },
      problems: ["schedule-not-found", "engine-unavailable"],
      handle: async ({ params }) => ({ status: 200, body: shown(await find(params.scheduleId)) }),
    }),
    route({
      method: "GET",
      path: "/schedules/:scheduleId/seats",
      access: "public",
      summary: "A schedule's seats, by number",
      query: pageQuery.extend({ limit: limitOf(mostSeatsAtOnce, 50) }),
      answers: { 200: seatPage },
      problems: ["schedule-not-found", "engine-unavailable"],
      async handle({ params, query: { cursor = null, limit } }) {
        const { schedule } = await find(params.scheduleId);
        const page = await concerts.seats(schedule, clock.now(), cursor, limit);
        return pageAnswer(page, ({ seatNo, status }): Seat => ({ seatNo, status }));
      },
    }),
  ];
};
