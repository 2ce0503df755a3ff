import { pino } from "pino";
import { closeDatabase } from "../src/adapters/sql/database.js";
import { applicationSettings, openBackends } from "../src/bootstrap/backends.js";
import { readConfig } from "../src/bootstrap/config.js";
import { openApplication } from "../src/bootstrap/open-application.js";
import type { Ports } from "../src/bootstrap/ports.js";

type Urls = { readonly DATABASE_URL: string; readonly REDIS_URL?: string; readonly WEBHOOK_ALLOW_PRIVATE?: "true" };

/**
 * Opens the use cases on these backends, without jobs and consumers, and connects to Redis if it is named.
 * @param ports replace those of the profile
 */
export const openUseCases = async (urls: Urls, ports: Partial<Ports> = {}) => {
  const config = readConfig(urls);
  const listeners = { wakeRelay: () => {}, reportLateClose: () => {} };
  const backends = openBackends(config, pino({ level: "silent" }), listeners);
  await backends.redis?.start();
  return {
    ...openApplication({ ...backends.ports, ...ports }, applicationSettings(config)),
    close: async () => {
      await backends.redis?.stop();
      await closeDatabase(backends.database);
    },
  };
};
