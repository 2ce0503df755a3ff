import { expect } from "vitest";
import { problemTable } from "../../src/adapters/http/api/problems.js";
import type { Answered } from "./http-app.js";

/** The answer is the problem of this code, whole: status, type, and the request id that the header has too. */
export const expectProblem = ({ status, headers, body }: Answered, code: keyof typeof problemTable): void => {
  expect({ status, code: body.code }).toEqual({ status: problemTable[code].status, code });
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(body).toMatchObject({ type: `/problems/${code}`, status, requestId: headers.get("x-request-id") });
};

/** The places that a 400 names, each once; rejects any other answer. */
export const faultsOf = (answered: Answered): readonly string[] => {
  expectProblem(answered, "invalid-request");
  return [...new Set(Object.values(answered.body.errors ?? {}).map(({ pointer }) => String(pointer)))];
};
