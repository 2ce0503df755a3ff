import { DomainError } from "../domain/problem.js";

/** Why a program could not do its work, in one line for whoever started it: an engine that is away by its name. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  if (!(error instanceof DomainError) || error.problem.code !== "engine-unavailable") return message;
  return `${error.problem.engine} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`;
};
