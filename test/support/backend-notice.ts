const variables = {
  Redis: "TEST_REDIS_URL",
  "Redis Cluster": "TEST_REDIS_CLUSTER_URL",
  MariaDB: "TEST_DATABASE_URL",
  Kafka: "TEST_KAFKA_BROKERS",
} as const;

/** The engines whose suites cannot run, for nothing says where they are. */
export const absentBackends = (environment: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(variables).flatMap(([engine, variable]) => (environment[variable] ? [] : [engine]));

/**
 * Vitest's global set-up: a run without some engine says so in its last line, so that green is not taken for more than
 * it is; one that has promised all of them (`REQUIRE_ENGINES=1`) does not begin.
 */
export default function noticeEngines(): () => void {
  const absent = absentBackends(process.env).join(", ");
  if (absent !== "" && process.env.REQUIRE_ENGINES === "1")
    throw new Error(`REQUIRE_ENGINES=1, but nothing says where these are: ${absent}`);
  return () => {
    if (absent !== "") console.log(`Engine suites not run: ${absent}. Run them with: npm run test:engines`);
  };
}
