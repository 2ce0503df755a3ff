import { DomainError } from "../../domain/problem.js";
import { type EdgeCode, type ProblemCode, problemTable } from "./problem-table.js";

/** Where a request is wrong: a JSON pointer into the body (`#/name`), or `path/…`, `query/…`, `header/…`. */
export type Fault = { readonly pointer: string; readonly detail: string };

/** A problem that the edge itself finds, with its facts and the headers that belong to it (name, value, …). */
export class EdgeProblem extends Error {
  readonly code: EdgeCode;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly headers: readonly string[];

  constructor(
    code: EdgeCode,
    facts: Readonly<Record<string, unknown>> = {},
    headers: readonly string[] = [],
    cause?: unknown,
  ) {
    super(code, { cause });
    this.name = "EdgeProblem";
    this.code = code;
    this.facts = facts;
    this.headers = headers;
  }
}

/** A 400 that names each place. */
export const invalid = (...errors: readonly Fault[]): EdgeProblem => new EdgeProblem("invalid-request", { errors });

export type ProblemAnswer = {
  readonly code: ProblemCode;
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
};

const facts = (error: unknown): { readonly code: ProblemCode; readonly [fact: string]: unknown } => {
  if (error instanceof DomainError) return error.problem;
  if (error instanceof EdgeProblem) return { ...error.facts, code: error.code };
  // Nothing of an unknown error reaches the caller: its text may hold a secret.
  return { code: "internal" };
};

/** The `application/problem+json` (RFC 9457) that an error is to the caller. */
export const problemAnswer = (error: unknown, requestId: string): ProblemAnswer => {
  const { code, ...rest } = facts(error);
  const { status, title, meaning, retryAfter } = problemTable[code];
  const own = error instanceof EdgeProblem ? error.headers : [];
  return {
    code,
    status,
    headers: retryAfter === undefined ? own : [...own, "Retry-After", String(retryAfter)],
    body: JSON.stringify({
      type: `/problems/${code}`,
      title,
      status,
      detail: meaning,
      code,
      instance: requestId,
      requestId,
      ...rest,
    }),
  };
};
