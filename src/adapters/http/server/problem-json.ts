import { DomainError } from "../../../domain/problem.js";
import { type ProblemCode, problemTable } from "./problem-table.js";

/** Where a request is wrong: a JSON pointer into the body (`#/name`), or `path/…`, `query/…`, `header/…`. */
export type Fault = { readonly pointer: string; readonly detail: string };

/** A problem that the edge finds, or tells with its place, with facts and the headers that belong to it (name, value, …). */
export class EdgeProblem extends Error {
  readonly code: ProblemCode;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly headers: readonly string[];

  constructor(
    code: ProblemCode,
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

/** What never varies of a problem: a refusal is the commonest answer of a rush. */
const opening = Object.fromEntries(
  Object.entries(problemTable).map(([code, { title, status, meaning }]) => [
    code,
    `${JSON.stringify({ type: `/problems/${code}`, title, status, detail: meaning }).slice(0, -1)},`,
  ]),
) as Readonly<Record<ProblemCode, string>>;

const facts = (error: unknown): { readonly code: ProblemCode; readonly [fact: string]: unknown } => {
  if (error instanceof EdgeProblem) return { ...error.facts, code: error.code };
  // Nothing of an unknown error reaches the caller: its text may hold a secret.
  if (!(error instanceof DomainError)) return { code: "internal" };
  const { problem } = error;
  // A defect's facts are for the log.
  return problemTable[problem.code].status === 500 ? { code: problem.code } : problem;
};

/** The `application/problem+json` (RFC 9457) that an error is to the caller. */
export const problemAnswer = (error: unknown, requestId: string): ProblemAnswer => {
  const problem = facts(error);
  const { code } = problem;
  const { status, retryAfter } = problemTable[code];
  const own = error instanceof EdgeProblem ? error.headers : [];
  return {
    code,
    status,
    headers: retryAfter === undefined ? own : [...own, "Retry-After", String(retryAfter)],
    // A request id needs no escaping; the facts bring the code, and the closing brace.
    body: `${opening[code]}"instance":"${requestId}","requestId":"${requestId}",${JSON.stringify(problem).slice(1)}`,
  };
};
