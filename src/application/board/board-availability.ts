import { DomainError } from "../../domain/problem.js";

const isBoardUnavailable = (error: unknown): boolean =>
  error instanceof DomainError && error.problem.code === "engine-unavailable" && error.problem.engine !== "database";

/**
 * Uses boards, and returns `null` if their backend is unavailable. Then a write is lost: the boards are repaired later,
 * because they are cold or because they are compared with the database.
 * @throws any other error of `use`
 */
export const ifAvailable = async <T>(use: () => Promise<T>): Promise<T | null> => {
  try {
    return await use();
  } catch (error) {
    if (isBoardUnavailable(error)) return null;
    throw error;
  }
};

/** Reads a board, or the database if the board is cold (`null`) or its backend is unavailable. */
export const boardOrDatabase = async <T>(
  readBoard: () => Promise<T | null>,
  readDatabase: () => Promise<T>,
): Promise<T> => (await ifAvailable(readBoard)) ?? readDatabase();
