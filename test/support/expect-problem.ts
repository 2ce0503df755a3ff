import { expect } from "vitest";
import { problemTable } from "../../src/adapters/http/api/problems.js";
import type { ProblemCode } from "../../src/adapters/http/server/problems.js";

/** A response of supertest or of fetch. */
type Received = {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, string>>;
  readonly body: unknown;
};

const headerOf = ({ headers }: Received, name: string): string | null | undefined =>
  headers instanceof Headers ? headers.get(name) : headers[name];

/** Expects the complete problem of this code: status, type, texts, and the request id that the header has too. */
export const expectProblem = (received: Received, code: ProblemCode, members: object = {}): void => {
  const { status, body } = received;
  expect({ status, code: (body as { code?: unknown } | undefined)?.code }).toEqual({
    status: problemTable[code].status,
    code,
  });
  expect(headerOf(received, "content-type")).toBe("application/problem+json");
  expect(body).toMatchObject({
    type: `/problems/${code}`,
    title: problemTable[code].title,
    status,
    detail: expect.stringMatching(/./),
    advice: expect.stringMatching(/./),
    requestId: headerOf(received, "x-request-id"),
    ...members,
  });
};

/** Returns the places that a 400 names, each once. Rejects any other response. */
export const faultsOf = (received: Received): readonly string[] => {
  expectProblem(received, "invalid-request");
  const { errors } = received.body as { errors: readonly { pointer: string; detail: string }[] };
  // Every text follows one pattern; a text of the validation library would not.
  for (const { detail } of errors) expect(detail).toMatch(/^(must |is required|is not a known )/);
  return [...new Set(errors.map(({ pointer }) => pointer))];
};
