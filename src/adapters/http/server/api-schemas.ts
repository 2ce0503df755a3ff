import { z } from "zod";
import { type BusinessDay, isBusinessDay } from "../../../domain/business-day.js";
import { idPattern } from "../../../domain/ids.js";
import { greatestMoney, type Money } from "../../../domain/money.js";
import { type EpochMs, toInstant } from "../../../domain/time.js";

/** Schemas that the OpenAPI document keeps under a name and refers to. */
export const named = z.registry<{ id: string; description?: string }>();

/** Registers a schema under its name in the document. */
export const name = <T extends z.ZodType>(id: string, schema: T): T => {
  named.add(schema, { id });
  return schema;
};

export const idSchema = z.string().regex(idPattern, "an id matches ^[A-Za-z0-9_-]{1,64}$");
export const timeSchema = z.iso.datetime("a time is ISO-8601 in UTC, such as 2026-11-21T03:00:00Z");
/** A day that there is, in the business time zone. */
export const businessDaySchema = z
  .string()
  .refine(isBusinessDay, "a day that there is, such as 2026-11-21")
  .meta({ format: "date" }) as unknown as z.ZodType<BusinessDay>;
export const countSchema = z.int().min(0);
/** An amount in the currency's minor unit. */
export const moneySchema = z.int().min(0).max(greatestMoney) as unknown as z.ZodType<Money>;

/** 1–200 characters; by characters, not UTF-16 units, and none that a database or a terminal would mangle. */
export const nameSchema = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, "a name has 1 to 200 characters and no control characters");

/** A query's integer; its text must be plain digits, for `1e2`, `0x10` and blanks are nobody's page size. */
const integerInQuery = <T extends z.ZodType>(schema: T) =>
  z.preprocess((text) => (typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : text), schema);

/** How many items a query may ask for, and how many it gets unless it says. */
export const limitOf = (most: number, usual: number) => integerInQuery(z.int().min(1).max(most).default(usual));

/** What every list takes. */
export const pageQuery = z.strictObject({
  cursor: z.string().min(1).max(256).optional(),
  limit: limitOf(200, 50),
});

/** A list's answer. */
export const pageOf = <T extends z.ZodType>(id: string, item: T) =>
  name(id, z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() }));

/** The body of what is asked for by its path alone: none, or no field. */
export const emptyBody = z.strictObject({}).optional();

/** A moment for the wire; `null` stays. */
export const timeOrNull = (at: EpochMs | null): string | null => (at === null ? null : toInstant(at));
