const variables = {
  Redis: "TEST_REDIS_URL",
  "Redis Cluster": "TEST_REDIS_CLUSTER_URL",
  MariaDB: "TEST_DATABASE_URL",
  Kafka: "TEST_KAFKA_BROKERS",
} as const;

/** Returns the backends without an address, whose suites cannot run. */
export const absentBackends = (environment: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(variables).flatMap(([backend, variable]) => (environment[variable] ? [] : [backend]));

/**
 * Vitest's global set-up. A run without some backend names it in the last line. With `REQUIRE_BACKENDS=1` a run without
 * some backend does not start.
 */
export default function noticeEngines(): () => void {
  const absent = absentBackends(process.env).join(", ");
  if (absent !== "" && process.env.REQUIRE_BACKENDS === "1")
    throw new Error(`REQUIRE_BACKENDS=1, but there is no address of: ${absent}`);
  return () => {
    if (absent !== "") console.log(`Backend suites skipped: ${absent}. Run them with: npm run test:engines`);
  };
}
