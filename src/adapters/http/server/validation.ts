import type { z } from "zod";
import { inkless } from "../../../domain/name.js";
import { type Fault, invalid } from "./problem-json.js";

/** The parts of a request that are validated; a fault's pointer starts with its part. */
type Part = "path" | "query" | "header" | "body";
type Path = readonly PropertyKey[];

const maxShownCharacters = 60;

const pointerOf = (part: Part, path: Path): string =>
  part === "body"
    ? ["#", ...path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/")
    : [part, ...path.map(String)].join("/");

const nouns: Readonly<Record<string, string>> = {
  object: "a JSON object",
  array: "an array",
  boolean: "true or false",
};

const anyOf = (values: readonly unknown[]): string => {
  const texts = values.map((value) => JSON.stringify(value));
  return [texts.slice(0, -1).join(", "), texts.at(-1)].filter((part) => part !== "").join(" or ");
};

/** Words for what schemas do not phrase themselves: structure and enumerations. */
const accepted: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${nouns[issue.expected] ?? `a ${issue.expected}`}`;
    case "invalid_value":
      return `must be ${anyOf(issue.values)}`;
    case "invalid_union":
      return `must be ${anyOf((issue.options ?? []) as readonly unknown[])}`;
    default:
      return "must be valid";
  }
};

const inklessButBlank = new RegExp(`(?! )${inkless.source}`, "gu");

/** Text in quotes, with escapes for characters that cannot be seen or that reorder the text around them. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(inklessButBlank, (character) =>
    Array.from({ length: character.length }, (_, n) => {
      const unit = character.charCodeAt(n).toString(16).padStart(4, "0");
      return `\\u${unit}`;
    }).join(""),
  );

/** The value that was sent, as text: shortened, and for structures only their kind. */
const shown = (value: unknown): string => {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "a JSON object";
  if (typeof value !== "string") return String(value);
  return value.length <= maxShownCharacters
    ? quoted(value)
    : `${quoted(value.slice(0, maxShownCharacters))}… (${value.length} characters)`;
};

/** Fields whose values no response repeats. */
const hiddenFields: ReadonlySet<PropertyKey | undefined> = new Set(["paymentMethod"]);

const detailOf = (issue: z.core.$ZodIssue, value: unknown): string => {
  const { code, message } = issue;
  if (value === undefined) return `is required and ${message}`;
  if (Array.isArray(value) && (code === "too_small" || code === "too_big"))
    return `${message}, but has ${value.length}`;
  // A rule about several fields names them itself.
  if (code === "custom" && typeof value === "object") return message;
  return hiddenFields.has(issue.path.at(-1)) ? message : `${message}, but is ${shown(value)}`;
};

const faultsOf = (issue: z.core.$ZodIssue, part: Part, given: unknown): readonly Fault[] => {
  if (issue.code === "unrecognized_keys") {
    const detail = part === "query" ? "is not a known query parameter" : "is not a known field";
    return issue.keys.map((key) => ({ pointer: pointerOf(part, [...issue.path, key]), detail }));
  }
  const value = issue.path.reduce<unknown>(
    (outer, key) => (outer as Readonly<Record<PropertyKey, unknown>>)?.[key],
    given,
  );
  return [{ pointer: pointerOf(part, issue.path), detail: detailOf(issue, value) }];
};

/** Validates a part of a request. @throws EdgeProblem `invalid-request` with one fault per invalid place */
export const validate = <T>(schema: z.ZodType<T>, part: Part, given: unknown): T => {
  const parsed = schema.safeParse(given, { error: accepted });
  if (parsed.success) return parsed.data;
  const faults = new Map<string, Fault>();
  for (const fault of parsed.error.issues.flatMap((issue) => faultsOf(issue, part, given)))
    if (!faults.has(fault.pointer)) faults.set(fault.pointer, fault);
  throw invalid(...faults.values());
};
