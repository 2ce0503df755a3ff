import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCertificate } from "../support/backend-servers/certificate.js";
import { type KafkaServer, startKafka } from "../support/backend-servers/kafka.js";
import { type MariaDbServer, startMariaDb } from "../support/backend-servers/mariadb.js";
import { type RedisServer, startRedis } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { expectDropKeepsPromises } from "../support/drop-with-faults.js";
import { runToExit, type Settings, startNode, startWithLog } from "../support/node.js";

const live = Boolean(backendUrls.database && backendUrls.redis && backendUrls.kafka);
const login = { username: "rushboard", password: "for-kafka" };

describe.skipIf(!live)("backends with TLS and passwords, with a certificate for localhost", () => {
  let [mariadb, redis, kafka] = [] as unknown as [MariaDbServer, RedisServer, KafkaServer];
  let settings: Settings;
  beforeAll(async () => {
    const certificate = await makeCertificate();
    [mariadb, redis, kafka] = await Promise.all([
      startMariaDb(certificate),
      startRedis({ secured: { ...certificate, password: "for-redis" } }),
      startKafka({ ...certificate, ...login }),
    ]);
    settings = {
      NODE_EXTRA_CA_CERTS: certificate.certificate,
      DATABASE_URL: mariadb.url,
      REDIS_URL: redis.url,
      KAFKA_BROKERS: kafka.securedBrokers,
      KAFKA_TLS: "true",
      KAFKA_USERNAME: login.username,
      KAFKA_PASSWORD: login.password,
    };
  });
  afterAll(() => Promise.all([mariadb, redis, kafka].map((server) => server?.stop())));

  const runMigrations = (changes: Settings) => runToExit({ ...settings, ...changes, ROLES: "migrate" });
  const migratedSettings = async () => {
    expect(await runMigrations({})).toMatchObject({ code: 0 });
    return settings;
  };
  const byAddress = (url: string | undefined) => String(url).replace("localhost", "127.0.0.1");

  it("serve a drop", async () => {
    const { client } = await startNode(await migratedSettings());
    await expectDropKeepsPromises(client, 200, 20);
  });

  it.each(["scram-sha-256", "plain"])("accept a login to Kafka by %s", async (mechanism) => {
    const { url } = await startNode({ ...(await migratedSettings()), KAFKA_SASL_MECHANISM: mechanism });
    const readiness = async () => (await fetch(new URL("/readyz", url))).json();
    await expect.poll(readiness, { interval: 250 }).toMatchObject({ status: "ready", checks: { kafka: "ok" } });
  });

  it("prevent a start without the certificate or without TLS, with one line (negative control)", async () => {
    expect(await runMigrations({ NODE_EXTRA_CA_CERTS: "" })).toEqual({
      code: 1,
      output: expect.stringMatching(/^rushboard: cannot use the database.*self-signed certificate\n$/),
    });
    expect(await runMigrations({ DATABASE_URL: String(settings.DATABASE_URL).replace(/\?.*/, "") })).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^rushboard: cannot use the database.*(denied|insecure)[^\n]*\n$/),
    });
  });

  it.each([
    {
      what: "a wrong password",
      change: () => ({ REDIS_URL: redis.url.replace("for-redis", "no"), KAFKA_PASSWORD: "no" }),
      reasons: [/WRONGPASS/, /SASL SCRAM SHA512 authentication failed/],
    },
    {
      what: "an address that the certificate does not contain",
      change: () => ({ REDIS_URL: byAddress(redis.url), KAFKA_BROKERS: byAddress(kafka.securedBrokers) }),
      reasons: [/"backend":"redis".*does not match certificate/, /"kafka":.*does not match certificate/],
    },
  ])("are not used with $what, and the log states why (negative control)", async ({ change, reasons }) => {
    const { lines } = await startWithLog({ ...(await migratedSettings()), ...change() });
    const warnings = () => lines.filter(({ level }) => level === 40).map((line) => JSON.stringify(line));
    for (const reason of reasons) await expect.poll(warnings).toContainEqual(expect.stringMatching(reason));
    expect(lines.map((line) => JSON.stringify(line)).join()).not.toMatch(/for-(redis|kafka)/);
  });
});
