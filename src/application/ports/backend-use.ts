import type { Backend } from "../../domain/backend-fault.js";

/**
 * The result of one use of a backend, after all its retries. Adapters publish it to the `node:diagnostics_channel`
 * `rushboard:backend`.
 */
export type BackendUse = {
  readonly backend: Backend;
  /** Uses of one kind need the same from the backend, for example `reads` or `writes`. */
  readonly kind: string;
  /** Its failure (`engine-unavailable`), or `undefined` if the backend did its work. */
  readonly error: unknown;
};
