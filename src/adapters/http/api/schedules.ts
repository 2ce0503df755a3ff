import { z } from "zod";
import type { ScheduleConcert } from "../../../application/concert/schedule-concert.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { ConcertQueries, Seat } from "../../../application/ports/concert-queries.js";
import type { NewId } from "../../../application/ports/new-id.js";
import type { ScheduleState } from "../../../domain/concert.js";
import type { ScheduleId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { toInstant } from "../../../domain/time.js";
import type { ProblemEntries } from "../server/problems.js";
import { pageResponse, type Route, route } from "../server/route.js";
import {
  component,
  countSchema,
  fromTime,
  idSchema,
  integer,
  limitOf,
  moneySchema,
  pageQuery,
  pageSchema,
  plannedTime,
  timeSchema,
} from "../server/schemas.js";

const maxSeats = 100_000;
const maxSeatsPerPage = 1000;

const newScheduleSchema = component(
  "NewSchedule",
  z
    .strictObject({
      scheduleId: idSchema.optional(),
      startsAt: plannedTime("The start of the performance"),
      salesOpenAt: plannedTime("At startsAt or earlier"),
      seats: integer(1, maxSeats).describe("The seats are numbered from 1"),
      price: moneySchema,
    })
    .refine(({ startsAt, salesOpenAt }) => Date.parse(salesOpenAt) <= Date.parse(startsAt), {
      path: ["salesOpenAt"],
      error: "must be at startsAt or earlier",
    }),
);

const scheduleSchema = component(
  "Schedule",
  z.strictObject({
    scheduleId: idSchema,
    concertId: idSchema,
    startsAt: timeSchema,
    salesOpenAt: timeSchema,
    seats: countSchema,
    price: moneySchema,
    total: countSchema,
    available: countSchema,
    held: countSchema,
    reserved: countSchema,
    soldOutAt: timeSchema.describe("The first sell-out; kept when a seat becomes available again").optional(),
  }),
);

const seatSchema = component(
  "Seat",
  z.strictObject({ seatNo: z.int().min(1), status: z.enum(["available", "held", "reserved"]) }),
);

export const scheduleProblems = {
  "schedule-not-found": {
    status: 404,
    title: "Schedule not found",
    meaning: "There is no schedule with this id.",
    advice: "GET /api/v1/concerts/{concertId}/schedules lists the schedules of a concert.",
    detail: ({ scheduleId }) => `There is no schedule with the id ${scheduleId}.`,
  },
} satisfies Partial<ProblemEntries>;

type Needs = {
  readonly scheduleConcert: ScheduleConcert;
  readonly concerts: ConcertQueries;
  readonly clock: Clock;
  readonly newId: NewId;
};

const scheduleResponse = (found: ScheduleState): z.infer<typeof scheduleSchema> => {
  const { scheduleId, concertId, startsAt, salesOpenAt, seats, price } = found.schedule;
  const { held, reserved } = found.counts;
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
    ...(found.soldOutAt !== null && { soldOutAt: toInstant(found.soldOutAt) }),
  };
};

/** Schedules of concerts and their seats: added by admins, read by everyone. */
export const scheduleRoutes = ({ scheduleConcert, concerts, clock, newId }: Needs): readonly Route[] => {
  const find = async (scheduleId: ScheduleId): Promise<ScheduleState> => {
    const found = await concerts.schedule(scheduleId, clock.now());
    if (found === undefined) throw new DomainError({ code: "schedule-not-found", scheduleId });
    return found;
  };
  return [
    route({
      method: "GET",
      path: "/concerts/:concertId/schedules",
      access: "public",
      summary: "List a concert's schedules with their seat counts",
      query: pageQuery,
      responses: { 200: pageSchema("SchedulePage", scheduleSchema) },
      problems: ["concert-not-found", "engine-unavailable"],
      async handle({ params: { concertId }, query: { cursor = null, limit } }) {
        const page = await concerts.schedules(concertId, clock.now(), cursor, limit);
        if (page?.items.length === 0 && (await concerts.find(concertId)) === undefined)
          throw new DomainError({ code: "concert-not-found", concertId });
        return pageResponse(page, scheduleResponse);
      },
    }),
    route({
      method: "POST",
      path: "/concerts/:concertId/schedules",
      access: "admin",
      summary: "Add a schedule with its seats",
      description: "A repeated request with the same id and body returns 200 and the schedule's current state.",
      body: newScheduleSchema,
      example: {
        scheduleId: "spring-1",
        startsAt: "2030-04-01T10:00:00Z",
        salesOpenAt: "2026-01-01T00:00:00Z",
        seats: 500,
        price: 88000,
      },
      responses: { 201: scheduleSchema, 200: scheduleSchema },
      links: ["GET /schedules/:scheduleId", "GET /schedules/:scheduleId/seats"],
      problems: ["concert-not-found", "id-taken", "engine-unavailable"],
      async handle({ params: { concertId }, body: { seats, price, ...body }, operator }) {
        const scheduleId = (body.scheduleId ?? newId()) as ScheduleId;
        const [startsAt, salesOpenAt] = [fromTime(body.startsAt), fromTime(body.salesOpenAt)];
        const schedule = { scheduleId, concertId, startsAt, salesOpenAt, seats, price };
        const { created } = await scheduleConcert.schedule(schedule, operator);
        const headers = ["Location", `/api/v1/schedules/${scheduleId}`];
        return { status: created ? 201 : 200, body: scheduleResponse(await find(scheduleId)), headers };
      },
    }),
    route({
      method: "GET",
      path: "/schedules/:scheduleId",
      access: "public",
      summary: "Read a schedule with its seat counts",
      responses: { 200: scheduleSchema },
      problems: ["schedule-not-found", "engine-unavailable"],
      handle: async ({ params }) => ({ status: 200, body: scheduleResponse(await find(params.scheduleId)) }),
    }),
    route({
      method: "GET",
      path: "/schedules/:scheduleId/seats",
      access: "public",
      summary: "List a schedule's seats by number",
      query: pageQuery.extend({ limit: limitOf(maxSeatsPerPage, 50) }),
      responses: { 200: pageSchema("SeatPage", seatSchema) },
      problems: ["schedule-not-found", "engine-unavailable"],
      async handle({ params, query: { cursor = null, limit } }) {
        const { schedule } = await find(params.scheduleId);
        const page = await concerts.seats(schedule, clock.now(), cursor, limit);
        return pageResponse(page, ({ seatNo, status }): Seat => ({ seatNo, status }));
      },
    }),
  ];
};
