import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../support/backends.js";
import { makeCertificate } from "../support/engines/certificate.js";
import { type KafkaEngine, startKafka } from "../support/engines/kafka.js";
import { type MariaDbEngine, startMariaDb } from "../support/engines/mariadb.js";
import { type RedisEngine, startRedis } from "../support/engines/redis.js";
import { runToEnd, type Settings, startAndListen, startNode } from "../support/node.js";
import { expectPromises } from "../support/rush.js";

const live = Boolean(engines.database && engines.redis && engines.kafka);
const login = { username: "rushboard", password: "for-kafka" };

describe.skipIf(!live)("engines behind TLS and passwords, certified for localhost", () => {
  let [mariadb, redis, kafka] = [] as unknown as [MariaDbEngine, RedisEngine, KafkaEngine];
  let settings: Settings;
  beforeAll(async () => {
    const certified = await makeCertificate();
    [mariadb, redis, kafka] = await Promise.all([
      startMariaDb(certified),
      startRedis({ secured: { ...certified, password: "for-redis" } }),
      startKafka({ ...certified, ...login }),
    ]);
    settings = {
      NODE_EXTRA_CA_CERTS: certified.certificate,
      DATABASE_URL: mariadb.url,
      REDIS_URL: redis.url,
      KAFKA_BROKERS: kafka.securedBrokers,
      KAFKA_TLS: "true",
      KAFKA_USERNAME: login.username,
      KAFKA_PASSWORD: login.password,
    };
  });
  afterAll(() => Promise.all([mariadb, redis, kafka].map((engine) => engine?.stop())));

  /** The settings, once the tables are there. */
  const prepare = async () => {
    expect(await migrated({})).toMatchObject({ code: 0 });
    return settings;
  };
  const migrated = (other: Settings) => runToEnd({ ...settings, ...other, ROLES: "migrate" });
  const named = (address: string | undefined) => String(address).replace("localhost", "127.0.0.1");

  it("carry a drop", async () => {
    const { client } = await startNode(await prepare());
    await expectPromises(client, 200, 20);
  });

  it.each(["scram-sha-256", "plain"])("let the service in by %s", async (mechanism) => {
    const { url } = await startNode({ ...(await prepare()), KAFKA_SASL_MECHANISM: mechanism });
    const readiness = async () => (await fetch(new URL("/readyz", url))).json();
    await expect.poll(readiness, { interval: 250 }).toMatchObject({ status: "ready", checks: { kafka: "ok" } });
  });

  it("keep out who knows no certificate, or speaks no TLS, in one line (control)", async () => {
    const refusal = {
      code: 1,
      words: expect.stringMatching(/^rushboard: cannot use the database.*self-signed certificate\n$/),
    };
    expect(await migrated({ NODE_EXTRA_CA_CERTS: "" })).toEqual(refusal);
    expect(await migrated({ DATABASE_URL: String(settings.DATABASE_URL).replace(/\?.*/, "") })).toMatchObject({
      code: 1,
      words: expect.stringMatching(/^rushboard: cannot use the database.*(denied|insecure)[^\n]*\n$/),
    });
  });

  it.each([
    {
      what: "a wrong password",
      change: () => ({ REDIS_URL: redis.url.replace("for-redis", "no"), KAFKA_PASSWORD: "no" }),
      reasons: [/WRONGPASS/, /SASL SCRAM SHA512 authentication failed/],
    },
    {
      what: "an address that is not certified",
      change: () => ({ REDIS_URL: named(redis.url), KAFKA_BROKERS: named(kafka.securedBrokers) }),
      reasons: [/"backend":"redis".*does not match certificate/, /"kafka":.*does not match certificate/],
    },
  ])("are not spoken to with $what, and the log says so (control)", async ({ change, reasons }) => {
    const { lines } = await startAndListen({ ...(await prepare()), ...change() });
    const warned = () => lines.filter(({ level }) => level === 40).map((line) => JSON.stringify(line));
    for (const reason of reasons) await expect.poll(warned).toContainEqual(expect.stringMatching(reason));
    expect(lines.map((line) => JSON.stringify(line)).join()).not.toMatch(/for-(redis|kafka)/);
  });
});
