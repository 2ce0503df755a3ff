import { type BusinessDay, isBusinessDay } from "./business-day.js";
import { idPattern, saleIdPattern, type UserId, userIdPattern } from "./ids.js";
import type { Money } from "./money.js";
import { type Instant, instantPattern } from "./time.js";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON Schema, draft 7. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A field of an event's data: a JSON value, checked when the event arrives and described in the documents. */
export type Field<T extends Json = Json> = {
  readonly accepts: (value: unknown) => boolean;
  /** Describes the values that `accepts` accepts. */
  readonly schema: JsonSchema;
  readonly example: T;
};
export type Fields = { readonly [name: string]: Field };

/** The data that consists of these fields. */
export type DataOf<F extends Fields> = { readonly [Name in keyof F]: F[Name]["example"] };

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns the name of the first field that the value lacks or has wrong; `undefined` if there is none. */
export const invalidFieldOf = (fields: Fields, value: Readonly<Record<string, unknown>>): string | undefined => {
  for (const name in fields) if (!fields[name]?.accepts(value[name])) return name;
  return undefined;
};

/** A JSON Schema of objects that have these fields and possibly more. */
export const schemaOf = (fields: Fields): JsonSchema => ({
  type: "object",
  properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
  required: Object.keys(fields),
});

const described = (schema: JsonSchema, description: string | undefined): JsonSchema =>
  description === undefined ? schema : { ...schema, description };

const text = <T extends string>(pattern: RegExp, example: string, description?: string): Field<T> => ({
  accepts: (value) => typeof value === "string" && pattern.test(value),
  schema: described({ type: "string", pattern: pattern.source }, description),
  example: example as T,
});

const integer = <T extends number>(minimum: number, example: number, description?: string): Field<T> => ({
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= minimum,
  schema: described({ type: "integer", minimum, maximum: Number.MAX_SAFE_INTEGER }, description),
  example: example as T,
});

export const id = <T extends string>(example: string, description?: string): Field<T> =>
  text<T>(idPattern, example, description);

export const saleId = <T extends string>(example: string, description?: string): Field<T> =>
  text<T>(saleIdPattern, example, description);

export const shopper = (example: string): Field<UserId> => text<UserId>(userIdPattern, example);

export const instant = (example: string, description?: string): Field<Instant> =>
  text<Instant>(instantPattern, example, description);

/** An integer from 1. */
export const count = (example: number, description?: string): Field<number> => integer(1, example, description);

/** An integer from 0. */
export const countOrZero = (example: number, description?: string): Field<number> => integer(0, example, description);

export const money = (example: number, description = "In the currency's minor unit."): Field<Money> =>
  integer<Money>(0, example, description);

export const businessDay = (example: string, description: string): Field<BusinessDay> => ({
  accepts: (value) => typeof value === "string" && isBusinessDay(value),
  schema: { type: "string", format: "date", description },
  example: example as BusinessDay,
});

export const oneOf = <const Name extends string>(names: readonly Name[], example: Name): Field<Name> => ({
  accepts: (value) => names.includes(value as Name),
  schema: { type: "string", enum: names },
  example,
});

export const nullable = <T extends Json>(
  { accepts, schema, example }: Field<T>,
  description: string,
  use: "example" | "null" = "example",
): Field<T | null> => ({
  accepts: (value) => value === null || accepts(value),
  schema: { anyOf: [schema, { type: "null" }], description },
  example: use === "null" ? null : example,
});

export const list = <F extends Fields>(fields: F, description: string): Field<readonly DataOf<F>[]> => ({
  accepts: (value) =>
    Array.isArray(value) && value.every((item) => isRecord(item) && invalidFieldOf(fields, item) === undefined),
  schema: { type: "array", items: schemaOf(fields), description },
  example: [exampleOf(fields)],
});

/** The examples of all fields together. */
export const exampleOf = <F extends Fields>(fields: F): DataOf<F> =>
  Object.fromEntries(Object.entries(fields).map(([name, { example }]) => [name, example])) as DataOf<F>;
