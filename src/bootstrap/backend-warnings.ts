import type { Logger } from "pino";
import { readTopicSettings } from "../adapters/kafka/kafka-settings.js";
import { readRedisSettings } from "../adapters/redis/redis-settings.js";
import { readSqlSettings } from "../adapters/sql/sql-settings.js";
import { systemTimers } from "../adapters/system/system-timers.js";
import { RetryLoop } from "../application/retry.js";
import { isBackendUnavailable } from "../domain/problem.js";
import { kafkaFaults, redisFaults, type SettingFault, sqlFaults } from "./backend-rules.js";
import type { BackendCheck, Backends } from "./backends.js";
import type { Config } from "./config.js";
import { kafkaOptions } from "./kafka-access.js";

const retryMs = 5000;

/** A backend, and how to find the settings of it that endanger a promise. */
export type SettingsCheck = BackendCheck & { readonly faults: () => Promise<readonly SettingFault[]> };

/** Returns a fault as one line without host names, because every caller of `/readyz` can read it. */
const lineOf = (backend: string, { setting, found, wanted }: SettingFault): string =>
  `${backend} ${setting}: found ${found || "nothing"}, wanted ${wanted}`;

/**
 * Checks the settings of every backend once, as soon as the backend is available. An unavailable backend is checked
 * later. If the settings may not be read, the backend is not checked.
 */
export class BackendWarnings {
  private readonly log: Logger;
  private readonly loop: RetryLoop;
  private readonly lines: string[] = [];
  private unchecked: readonly SettingsCheck[];

  constructor(checks: readonly SettingsCheck[], log: Logger, everyMs = retryMs) {
    this.unchecked = checks;
    this.log = log;
    this.loop = new RetryLoop({
      timers: systemTimers,
      backoff: () => everyMs,
      round: async () => {
        await this.checkAll();
        return this.unchecked.length === 0 ? Number.POSITIVE_INFINITY : everyMs;
      },
    });
  }

  /** Starts to check, and waits for no backend. */
  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Returns the faults that were found so far, one line each. */
  all(): readonly string[] {
    return this.lines;
  }

  private async checkAll(): Promise<void> {
    const isChecked = await Promise.all(this.unchecked.map((check) => this.isChecked(check)));
    this.unchecked = this.unchecked.filter((_, index) => !isChecked[index]);
  }

  private async isChecked({ name, ping, faults }: SettingsCheck): Promise<boolean> {
    try {
      await ping();
      for (const fault of await faults()) {
        this.lines.push(lineOf(name, fault));
        this.log.warn({ backend: name, ...fault }, "unsafe backend setting");
      }
      return true;
    } catch (err) {
      if (isBackendUnavailable(err)) return false;
      this.log.debug({ backend: name, err }, "backend settings not readable");
      return true;
    }
  }
}

/** Returns a check for each backend of this profile. SQLite, memory and journal have no settings. */
export const settingsChecks = (config: Config, { database, checks }: Backends): readonly SettingsCheck[] => {
  const { DATABASE_URL, REDIS_URL, KAFKA_REPLICATION } = config;
  const kafka = kafkaOptions(config, "rushboard-settings");
  const readers: Readonly<Record<string, () => Promise<readonly SettingFault[]>>> = {
    ...(DATABASE_URL !== undefined && { database: async () => sqlFaults(await readSqlSettings(database)) }),
    ...(REDIS_URL !== undefined && { redis: async () => redisFaults(await readRedisSettings(REDIS_URL)) }),
    ...(kafka !== null && {
      kafka: async () => kafkaFaults(await readTopicSettings(kafka, systemTimers), KAFKA_REPLICATION),
    }),
  };
  return checks.flatMap(({ name, ping }) => {
    const faults = readers[name];
    return faults === undefined ? [] : [{ name, ping, faults }];
  });
};
