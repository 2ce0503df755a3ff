import { DomainError } from "../domain/problem.js";

/** Returns why a program failed, in one line for the operator. An unavailable backend is named. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  if (!(error instanceof DomainError) || error.problem.code !== "engine-unavailable") return message;
  return `${error.problem.engine} unreachable: ${cause instanceof Error ? cause.message : String(cause)}`;
};
