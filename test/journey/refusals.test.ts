import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { engines } from "../support/backends.js";
import { dataFolder, emptyDatabase, profiles, runToEnd, startAgain, startNode } from "../support/node.js";
import { expectPromisesUnder } from "../support/rush.js";

describe("how a process ends", () => {
  describe.each(profiles)("on SIGTERM, $name", ({ live, settings: prepare }) => {
    it.skipIf(!live)("in mid-drop with code 0, and the next goes on", async () => {
      const settings = await prepare();
      const node = await startNode(settings);
      const strike = async () => {
        await node.stop();
        expect(await node.ended).toBe(0);
        await startAgain(node, settings);
      };
      const drop = { shoppers: 300, coupons: 150, couponId: randomUUID() };
      await expectPromisesUnder(node.client, drop, [{ after: 50, strike }]);
    });
  });

  const shared = profiles.find(({ name, live }) => name === "journal" && live);
  it.skipIf(shared === undefined)("on SIGTERM, with a follower: the stream ends first, code 0", async () => {
    const node = await startNode({ ...(await shared?.settings()), ROLES: "api" });
    const couponId = randomUUID();
    const facts = { couponId, name: "Followed", quantity: 1, discount: { type: "fixed", value: 1 } };
    await node.client.call("POST", "/api/v1/coupons", "operator", facts);
    const { body } = await node.client.call("POST", `/api/v1/coupons/${couponId}/claims`, "shopper");
    const stream = await fetch(new URL((body.links as { events: string }).events, node.url));
    const told = stream.text();
    await node.stop();
    expect(await told).toContain("event: pending");
    expect(await node.ended).toBe(0);
  });

  it("where a second one comes to an embedded database: one line, code 1", async () => {
    const DATA_DIR = await dataFolder();
    await startNode({ DATA_DIR });
    const { code, words } = await runToEnd({ DATA_DIR });
    expect(words).toBe("rushboard: another process uses this database: without REDIS_URL only one process may run\n");
    expect(code).toBe(1);
  });

  it("not at all where little is logged: the one line with its address is said (control)", async () => {
    const { url } = await startNode({ DATA_DIR: await dataFolder(), LOG_LEVEL: "error" });
    expect((await fetch(new URL("/livez", url))).status).toBe(200);
  });

  it("where settings are wrong: every fault at once, no secret, code 78", async () => {
    const { code, words } = await runToEnd({
      PORT: "65536",
      CLAIM_SWEEP_SECONDS: "0",
      AUTH_SECRET: "too-short",
      BUSINESS_TIME_ZONE: "Mars/Olympus",
    });
    expect(code).toBe(78);
    for (const name of ["PORT", "CLAIM_SWEEP_SECONDS", "AUTH_SECRET", "BUSINESS_TIME_ZONE"])
      expect(words).toContain(`${name}: given`);
    expect(words).toContain("Mars/Olympus");
    expect(words).not.toContain("too-short");
  });

  it("where Redis comes without a database, and one role alone: both are told", async () => {
    const { code, words } = await runToEnd({ KAFKA_BROKERS: "127.0.0.1:1", ROLES: "api" });
    expect(code).toBe(78);
    expect(words).toContain("KAFKA_BROKERS");
    expect(words).toContain("ROLES");
  });

  it.skipIf(!engines.database)("where nobody has migrated the database: what to do, code 1", async () => {
    const { code, words } = await runToEnd({ DATABASE_URL: await emptyDatabase(engines.database ?? "") });
    expect(words).toContain("the database is not migrated: run the service once with ROLES=migrate");
    expect(code).toBe(1);
  });
});
