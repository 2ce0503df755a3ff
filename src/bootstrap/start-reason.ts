import { backendFaults } from "../domain/backend-fault.js";
import { unavailableBackend } from "../domain/problem.js";

/** Returns why a program failed, in one line for the operator. An unavailable backend is named. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  const unavailable = unavailableBackend(error);
  if (unavailable === undefined) return message;
  const { backend, fault } = unavailable;
  return `${backend} ${backendFaults[fault]}: ${cause instanceof Error ? cause.message : String(cause)}`;
};
