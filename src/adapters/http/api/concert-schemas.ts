import { z } from "zod";
import { countSchema, idSchema, moneySchema, name, nameSchema, pageOf, timeSchema } from "../server/api-schemas.js";

const mostSeats = 100_000;

export const newConcertSchema = name(
  "NewConcert",
  z.strictObject({ concertId: idSchema.optional(), title: nameSchema }),
);
export const concertSchema = name("Concert", z.strictObject({ concertId: idSchema, title: z.string() }));

export const newScheduleSchema = name(
  "NewSchedule",
  z.strictObject({
    scheduleId: idSchema.optional(),
    startsAt: timeSchema,
    salesOpenAt: timeSchema,
    seats: z.int().min(1).max(mostSeats),
    price: moneySchema,
  }),
);

export const scheduleSchema = name(
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
    soldOutAt: timeSchema.optional(),
  }),
);

const seatSchema = name(
  "Seat",
  z.strictObject({ seatNo: z.int().min(1), status: z.enum(["available", "held", "reserved"]) }),
);

export const newReservationSchema = name("NewReservation", z.strictObject({ seatNo: z.int().min(1) }));

const reservationOf = <const S extends string>(id: string, ...statuses: readonly S[]) =>
  name(
    id,
    z.strictObject({
      reservationId: idSchema,
      scheduleId: idSchema,
      seatNo: z.int().min(1),
      price: moneySchema,
      status: z.enum(statuses),
      expiresAt: timeSchema,
    }),
  );

export const heldReservationSchema = reservationOf("HeldReservation", "held");
export const reservationSchema = reservationOf("Reservation", "held", "reserved", "expired", "cancelled");

export const concertPage = pageOf("ConcertPage", concertSchema);
export const schedulePage = pageOf("SchedulePage", scheduleSchema);
export const seatPage = pageOf("SeatPage", seatSchema);
