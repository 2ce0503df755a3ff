import { isTransient } from "../../domain/problem.js";
import type { ReportLateClose } from "../ports/report-late-close.js";

/** Reports an error, unless a backend was unreachable or a row locked: then the payment stays open and is settled later. */
export const reportFailure = (report: ReportLateClose, error: unknown): void => {
  if (!isTransient(error)) report(error instanceof Error ? error : new Error(String(error)));
};
