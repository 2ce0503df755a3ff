import { channel } from "node:diagnostics_channel";
import type { Knex } from "knex";

const latency = channel("rushboard:sql");

/** Publishes how long a statement took, `{ms, failed}`, to the channel `rushboard:sql` if it has subscribers. */
export const timed = async <T>(statement: () => Promise<T>): Promise<T> => {
  if (!latency.hasSubscribers) return statement();
  const begun = performance.now();
  let failed = true;
  try {
    const answer = await statement();
    failed = false;
    return answer;
  } finally {
    latency.publish({ ms: performance.now() - begun, failed });
  }
};

/** Publishes the same for every query that knex builds. */
export const publishLatency = (knex: Knex): void => {
  const begun = new Map<string, number>();
  const end = (uid: string, failed: boolean) => {
    const from = begun.get(uid);
    if (from === undefined) return;
    begun.delete(uid);
    latency.publish({ ms: performance.now() - from, failed });
  };
  knex.on("query", ({ __knexQueryUid: uid }) => latency.hasSubscribers && begun.set(uid, performance.now()));
  knex.on("query-response", (_, { __knexQueryUid: uid }) => end(uid, false));
  knex.on("query-error", (_, { __knexQueryUid: uid }) => end(uid, true));
};
