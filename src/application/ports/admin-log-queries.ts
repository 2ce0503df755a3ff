import type { AdminLogEntry } from "../../domain/admin-log.js";
import type { Page } from "./page.js";

/** Reads of the admin log. @throws DomainError `engine-unavailable` */
export interface AdminLogQueries {
  /** Lists all entries, newest first. Returns `undefined` for an invalid cursor. */
  list(cursor: string | null, limit: number): Promise<Page<AdminLogEntry & { readonly id: string }> | undefined>;
}
