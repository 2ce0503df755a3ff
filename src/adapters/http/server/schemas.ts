import { z } from "zod";
import { type BusinessDay, isBusinessDay } from "../../../domain/business-day.js";
import { idPattern, userIdPattern } from "../../../domain/ids.js";
import { greatestMoney, type Money } from "../../../domain/money.js";
import { isName, maxNameCharacters } from "../../../domain/name.js";
import { type EpochMs, earliestPlanned, fromInstant, type Instant, latestPlanned } from "../../../domain/time.js";

/** Schemas that the OpenAPI document lists under a name and refers to. */
export const components = z.registry<{ id: string }>();

/** Registers a schema under its name in the OpenAPI document. */
export const component = <T extends z.ZodType>(id: string, schema: T): T => {
  components.add(schema, { id });
  return schema;
};

// Messages follow one pattern, "must be …": the response adds the value that was sent (see validation.ts).

/** An integer in a request. */
export const integer = (min: number, max?: number) => {
  const message =
    max === undefined ? `must be an integer of at least ${min}` : `must be an integer from ${min} to ${max}`;
  return z
    .int(message)
    .min(min, message)
    .max(max ?? Number.MAX_SAFE_INTEGER, message);
};

/** An array in a request. */
export const arrayOf = <T extends z.ZodType>(item: T, min: number, max: number) => {
  const message = `must have ${min} to ${max} items`;
  return z.array(item).min(min, message).max(max, message);
};

const idMessage = "must be an id of 1 to 64 ASCII letters, digits, hyphens or underscores";
export const idSchema = z
  .string(idMessage)
  .regex(idPattern, idMessage)
  .meta({ example: "0197f2a4-5b1c-7c3e-9d20-1f6a8b3c4d5e" });

const userIdMessage = "must be 1 to 128 visible ASCII characters";
export const userIdSchema = z.string(userIdMessage).regex(userIdPattern, userIdMessage);

export const timeSchema = z.iso
  .datetime("must be an ISO-8601 time in UTC such as 2026-11-21T03:00:00Z")
  .meta({ example: "2026-11-21T03:00:00Z" });

const plannedMessage = `must be a time from ${earliestPlanned} to ${latestPlanned}`;
const plannedBounds = [fromInstant(earliestPlanned), fromInstant(latestPlanned)] as const;

/** A time in a body. Its bounds exclude the empty dates of clients, such as 0001-01-01 and 1970-01-01. */
export const plannedTime = (meaning: string) =>
  timeSchema
    .refine((time) => {
      const at = Date.parse(time);
      return at >= plannedBounds[0] && at <= plannedBounds[1];
    }, plannedMessage)
    .describe(`${meaning}. From ${earliestPlanned} to ${latestPlanned}`);

/** Returns the milliseconds of a validated time. */
export const fromTime = (time: string): EpochMs => fromInstant(time as Instant);

const dayMessage = "must be a calendar day such as 2026-11-21";
/** An existing calendar day in the business time zone. */
export const businessDaySchema = z
  .string(dayMessage)
  .refine(isBusinessDay, dayMessage)
  .meta({ format: "date" }) as unknown as z.ZodType<BusinessDay>;

/** A count in a response. */
export const countSchema = z.int().min(0);

/** An amount in the currency's minor unit. */
export const moneySchema = integer(0, greatestMoney) as unknown as z.ZodType<Money>;

const nameMessage =
  `must be a text of 1 to ${maxNameCharacters} characters with at least one visible character, ` +
  "without control characters, line separators or text direction overrides";

/** A name; its length is counted in characters (code points), not in UTF-16 units. */
export const nameSchema = z
  .string(nameMessage)
  .refine(isName, nameMessage)
  // Only syntax that every regular expression engine knows: code generators compile this pattern.
  .meta({
    minLength: 1,
    maxLength: maxNameCharacters,
    pattern: "^[^\\x00-\\x1f\\x7f-\\x9f]*$",
    description: "At least one character is visible. Line separators and text direction overrides are rejected.",
  });

/** Converts plain digits only: `1e2`, `0x10` and blanks are rejected. */
const integerInQuery = <T extends z.ZodType>(schema: T) =>
  z.preprocess((text) => (typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : text), schema);

/** The `limit` of a query: how many items a page has at most. */
export const limitOf = (max: number, byDefault: number) => integerInQuery(integer(1, max).default(byDefault));

export const cursorMessage = "must be a cursor that this list returned as nextCursor";

/** The query of every list. */
export const pageQuery = z.strictObject({
  cursor: z
    .string(cursorMessage)
    .regex(/^[A-Za-z0-9_-]{1,256}$/, cursorMessage)
    .describe("nextCursor of the previous page")
    .optional(),
  limit: limitOf(200, 50),
});

/** The response of a list. */
export const pageSchema = <T extends z.ZodType>(id: string, item: T) =>
  component(id, z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() }));

/** The body of a request that its path describes completely: none, or an object without fields. */
export const emptyBody = z.strictObject({}).optional();
