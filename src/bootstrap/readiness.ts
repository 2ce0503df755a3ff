import type { Readiness } from "../adapters/http/api/probes.js";
import { backendFaults } from "../domain/backend-fault.js";
import type { FailingBackend } from "./backend-health.js";

const textOf = (failing: FailingBackend | undefined): string => {
  if (failing === undefined) return "ok";
  const text = backendFaults[failing.fault];
  return failing.part === undefined ? text : `${text} (${failing.part})`;
};

/**
 * Returns what requests experience. If the database cannot be read, or with a dead consumer, the node is `unavailable`.
 * If only writes fail, or another backend, it is `degraded`, because everything else still works. Warnings do not count.
 */
export const readinessOf =
  (
    backends: () => Promise<ReadonlyMap<string, FailingBackend | undefined>>,
    deadConsumers: () => readonly string[],
    warnings: () => readonly string[],
  ) =>
  async (): Promise<Readiness> => {
    const found = await backends();
    const dead = deadConsumers();
    const texts = [...found].map(([name, failing]) => [name, textOf(failing)] as const);
    const checks = Object.fromEntries([...texts, ["consumers", dead.length === 0 ? "ok" : dead.join("; ")]]);
    const details = { checks, warnings: warnings() };
    const database = found.get("database");
    const isDatabaseDown = database !== undefined && database.part === undefined;
    if (isDatabaseDown || dead.length > 0) return { status: "unavailable", ...details };
    const isAnyFailing = [...found.values()].some((failing) => failing !== undefined);
    return { status: isAnyFailing ? "degraded" : "ready", ...details };
  };
