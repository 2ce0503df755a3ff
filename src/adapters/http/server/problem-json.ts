import { DomainError } from "../../../domain/problem.js";
import type { ProblemCode, ProblemEntry, ProblemTable } from "./problems.js";

/** Where a request is invalid: a JSON pointer into the body (`#/name`), or `path/…`, `query/…`, `header/…`. */
export type Fault = { readonly pointer: string; readonly detail: string };

type Particulars = {
  readonly detail?: string;
  /** Further members of the response. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Headers that belong to the response (name, value, …). */
  readonly headers?: readonly string[];
  readonly cause?: unknown;
};

/** A problem that the HTTP adapter finds itself, or a domain problem to which it adds a pointer. */
export class EdgeProblem extends Error {
  readonly code: ProblemCode;
  readonly particulars: Particulars;

  constructor(code: ProblemCode, particulars: Particulars = {}) {
    super(code, { cause: particulars.cause });
    this.name = "EdgeProblem";
    this.code = code;
    this.particulars = particulars;
  }
}

/** A 400 that names each invalid place. */
export const invalid = (...errors: readonly Fault[]): EdgeProblem => {
  const [first] = errors;
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : "";
  return new EdgeProblem("invalid-request", {
    ...(first !== undefined && { detail: `${first.pointer} ${first.detail}${others}` }),
    facts: { errors },
  });
};

export type ProblemResponse = {
  readonly code: ProblemCode;
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
};

type Facts = { readonly code: ProblemCode; readonly [fact: string]: unknown };

/** Turns errors into `application/problem+json` (RFC 9457). */
export class ProblemResponses {
  private readonly table: Readonly<Record<ProblemCode, ProblemEntry>>;
  /** The members that never vary, serialized once: rejections are the most frequent responses of a rush. */
  private readonly openings: ReadonlyMap<ProblemCode, string>;

  constructor(table: ProblemTable) {
    this.table = table;
    this.openings = new Map(
      Object.entries(table).map(([code, { title, status }]) => [
        code as ProblemCode,
        `${JSON.stringify({ type: `/problems/${code}`, title, status }).slice(0, -1)},`,
      ]),
    );
  }

  of(error: unknown, requestId: string): ProblemResponse {
    const facts = this.factsOf(error);
    const { code } = facts;
    const { status, retryAfter, meaning, advice, detail, adviceFor } = this.table[code];
    const own = error instanceof EdgeProblem ? error.particulars : {};
    const headers = own.headers ?? [];
    const texts = {
      detail: own.detail ?? detail?.(facts as never) ?? meaning,
      advice: adviceFor?.(facts as never) ?? advice,
      instance: requestId,
      requestId,
    };
    return {
      code,
      status,
      headers: retryAfter === undefined ? headers : [...headers, "Retry-After", String(retryAfter)],
      body: this.openings.get(code) + JSON.stringify({ ...texts, ...facts }).slice(1),
    };
  }

  private factsOf(error: unknown): Facts {
    if (error instanceof EdgeProblem) return { ...error.particulars.facts, code: error.code };
    // The text of an unexpected error may contain a secret, so no part of it reaches the caller.
    if (!(error instanceof DomainError)) return { code: "internal" };
    const { problem } = error;
    // The facts of a defect are for the log only.
    return this.table[problem.code].status === 500 ? { code: problem.code } : problem;
  }
}
