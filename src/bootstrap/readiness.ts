import type { Readiness } from "../adapters/http/api/probes.js";
import { systemTimers } from "../adapters/system/system-timers.js";
import { timeoutAfter } from "../application/timeout-after.js";
import type { BackendCheck } from "./backends.js";

const checkMs = 1200;

/**
 * Checks all backends concurrently. Without the database, or with a dead consumer, the node is `unavailable`. Without
 * Redis or Kafka it is `degraded`, because everything that needs only the database still works. Warnings do not count.
 */
export const readinessOf =
  (backends: readonly BackendCheck[], deadConsumers: () => readonly string[], warnings: () => readonly string[]) =>
  async (): Promise<Readiness> => {
    const results = await Promise.all(
      backends.map(async ({ name, ping }) => {
        const isReachable = await timeoutAfter(
          checkMs,
          systemTimers,
        )(ping()).then(
          (result) => result !== "late",
          () => false,
        );
        return [name, isReachable ? "ok" : "cannot be reached"] as const;
      }),
    );
    const dead = deadConsumers();
    const checks = Object.fromEntries([...results, ["consumers", dead.length === 0 ? "ok" : dead.join("; ")]]);
    const details = { checks, warnings: warnings() };
    const unreachable = results.filter(([, result]) => result !== "ok").map(([name]) => name);
    if (unreachable.includes("database") || dead.length > 0) return { status: "unavailable", ...details };
    return { status: unreachable.length > 0 ? "degraded" : "ready", ...details };
  };
