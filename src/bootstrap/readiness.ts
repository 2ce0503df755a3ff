import type { Readiness } from "../adapters/http/api/probes.js";
import type { BackendCheck } from "./backends.js";
import { withDeadline } from "./deadline.js";

const checkMs = 1200;

/**
 * Asks every engine at once. The database away, or a consumer dead, is `unavailable`; Redis or Kafka away is only
 * `degraded`, for what the database alone can do goes on. Warnings change no status.
 */
export const readinessOf =
  (engines: readonly BackendCheck[], deadConsumers: () => readonly string[], warnings: () => readonly string[]) =>
  async (): Promise<Readiness> => {
    const answers = await Promise.all(
      engines.map(async ({ name, ping }) => {
        const answer = await withDeadline(checkMs, ping()).then(
          () => "ok",
          () => "cannot be reached",
        );
        return [name, answer] as const;
      }),
    );
    const dead = deadConsumers();
    const checks = Object.fromEntries([...answers, ["consumers", dead.length === 0 ? "ok" : dead.join("; ")]]);
    const seen = { checks, warnings: warnings() };
    const away = answers.filter(([, answer]) => answer !== "ok").map(([name]) => name);
    if (away.includes("database") || dead.length > 0) return { status: "unavailable", ...seen };
    return { status: away.length > 0 ? "degraded" : "ready", ...seen };
  };
