import type { AdminAction, Operator } from "../../domain/admin-log.js";
import type { EpochMs } from "../../domain/time.js";

/** The admin log inside a transaction. Each use case that changes something for an operator adds an entry. */
export interface AdminLog {
  /** @param thing the id of what was changed */
  add(operator: Operator, action: AdminAction, thing: string, at: EpochMs): Promise<void>;
}
