import type { Page } from "../../../application/ports/page.js";
import { invalid } from "./problem-json.js";
import type { Answer } from "./route.js";

/** A list's answer. @throws EdgeProblem `invalid-request` where the query port did not know its cursor. */
export const pageAnswer = <T>(page: Page<T> | undefined, item: (entry: T) => unknown): Answer => {
  if (page === undefined) throw invalid({ pointer: "query/cursor", detail: "not a cursor of this list" });
  return { status: 200, body: { items: page.items.map(item), nextCursor: page.next } };
};
