import type { Logger } from "pino";
import { readTopicSettings } from "../adapters/kafka/kafka-settings.js";
import { readRedisSettings } from "../adapters/redis/redis-settings.js";
import { readSqlSettings } from "../adapters/sql/sql-settings.js";
import { RecurringJob } from "../adapters/system/recurring-job.js";
import { isBackendUnavailable } from "../domain/problem.js";
import { kafkaFaults, redisFaults, type SettingFault, sqlFaults } from "./backend-rules.js";
import type { BackendCheck, Backends } from "./backends.js";
import type { Config } from "./config.js";
import { kafkaOptions } from "./kafka-access.js";

const againMs = 5000;

/** An engine, and how to find what is wrong with its settings. */
export type SettingsCheck = BackendCheck & { readonly faults: () => Promise<readonly SettingFault[]> };

/** A fault in one line that may be shown to anyone: without the names of hosts. */
const lineOf = (engine: string, { setting, found, wanted }: SettingFault): string =>
  `${engine} ${setting}: found ${found || "nothing"}, wanted ${wanted}`;

/**
 * Asks every engine once for the settings that the promises lean on, as soon as it answers. One that is away is asked
 * later, one that does not tell never again; neither is a failure.
 */
export class BackendWarnings {
  private readonly log: Logger;
  private readonly job: RecurringJob;
  private readonly found: string[] = [];
  private unasked: readonly SettingsCheck[];

  constructor(checks: readonly SettingsCheck[], log: Logger, everyMs = againMs) {
    this.unasked = checks;
    this.log = log;
    this.job = new RecurringJob(
      () => this.ask(),
      everyMs,
      (err) => log.debug({ err }, "settings were not read"),
    );
  }

  /** Begins to ask, and waits for no answer. */
  start(): void {
    this.job.start();
  }

  stop(): Promise<void> {
    return this.job.stop();
  }

  /** Every fault that is known, in a line each. */
  all(): readonly string[] {
    return this.found;
  }

  private async ask(): Promise<void> {
    const isAway = await Promise.all(this.unasked.map((check) => this.isAway(check)));
    this.unasked = this.unasked.filter((_, index) => isAway[index]);
    if (this.unasked.length === 0) void this.job.stop();
  }

  private async isAway({ name, ping, faults }: SettingsCheck): Promise<boolean> {
    try {
      await ping();
      for (const fault of await faults()) {
        this.found.push(lineOf(name, fault));
        this.log.warn({ backend: name, ...fault }, "unsafe backend setting");
      }
      return false;
    } catch (err) {
      if (isBackendUnavailable(err)) return true;
      this.log.debug({ backend: name, err }, "backend settings not readable");
      return false;
    }
  }
}

/** How to check each engine of this profile that has settings of its own. */
export const settingsChecks = (config: Config, { database, checks }: Backends): readonly SettingsCheck[] => {
  const { DATABASE_URL, REDIS_URL, KAFKA_REPLICATION } = config;
  const kafka = kafkaOptions(config, "rushboard-settings");
  const readers: Readonly<Record<string, () => Promise<readonly SettingFault[]>>> = {
    ...(DATABASE_URL !== undefined && { database: async () => sqlFaults(await readSqlSettings(database)) }),
    ...(REDIS_URL !== undefined && { redis: async () => redisFaults(await readRedisSettings(REDIS_URL)) }),
    ...(kafka !== null && {
      kafka: async () => kafkaFaults(await readTopicSettings(kafka), KAFKA_REPLICATION),
    }),
  };
  return checks.flatMap(({ name, ping }) => {
    const faults = readers[name];
    return faults === undefined ? [] : [{ name, ping, faults }];
  });
};
