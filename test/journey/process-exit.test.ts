import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { backendUrls } from "../support/backends.js";
import { expectDropSurvives } from "../support/drop-with-faults.js";
import { dataFolder, emptyDatabase, profiles, restartNode, runToExit, startNode } from "../support/node.js";

describe.each(profiles)("SIGTERM, $name", ({ live, settings: createSettings }) => {
  it.skipIf(!live)("during a drop: exits with code 0, and the next process continues", async () => {
    const settings = await createSettings();
    const node = await startNode(settings);
    const restart = async () => {
      await node.stop();
      expect(await node.ended).toBe(0);
      await restartNode(node, settings);
    };
    const drop = { shoppers: 200, coupons: 100, couponId: randomUUID() };
    await expectDropSurvives(node.client, drop, [{ after: 50, inject: restart }]);
  });
});

describe("a process", () => {
  const journalProfile = profiles.find(({ name, live }) => name === "journal" && live);
  it.skipIf(journalProfile === undefined)("ends open streams on SIGTERM before it exits with code 0", async () => {
    const node = await startNode({ ...(await journalProfile?.settings()), ROLES: "api" });
    const couponId = randomUUID();
    const coupon = { couponId, name: "Followed", quantity: 1, discount: { type: "fixed", value: 1 } };
    await node.client.call("POST", "/api/v1/coupons", "operator", coupon);
    const { body } = await node.client.call("POST", `/api/v1/coupons/${couponId}/claims`, "shopper");
    const stream = await fetch(new URL((body.links as { events: string }).events, node.url));
    const events = stream.text();
    await node.stop();
    expect(await events).toContain("event: pending");
    expect(await node.ended).toBe(0);
  });

  it("exits with code 1 and one line if another process uses the embedded database", async () => {
    const DATA_DIR = await dataFolder();
    // With LOG_LEVEL=error the first process prints nothing but its address.
    const { url } = await startNode({ DATA_DIR, LOG_LEVEL: "error" });
    expect(await runToExit({ DATA_DIR })).toEqual({
      code: 1,
      output: "rushboard: another process uses this database: without REDIS_URL only one process may run\n",
    });
    expect((await fetch(new URL("/livez", url))).status).toBe(200);
  });

  it("exits with code 78 and lists all faults of the settings without secrets", async () => {
    const { code, output } = await runToExit({
      PORT: "65536",
      CLAIM_SWEEP_SECONDS: "0",
      AUTH_SECRET: "too-short",
      BUSINESS_TIME_ZONE: "Mars/Olympus",
      KAFKA_BROKERS: "127.0.0.1:1",
      ROLES: "api",
    });
    expect(code).toBe(78);
    for (const name of ["PORT", "CLAIM_SWEEP_SECONDS", "AUTH_SECRET", "BUSINESS_TIME_ZONE"])
      expect(output).toContain(`${name}: given`);
    for (const name of ["KAFKA_BROKERS", "ROLES"]) expect(output).toContain(name);
    expect(output).toContain("Mars/Olympus");
    expect(output).not.toContain("too-short");
  });

  it.skipIf(!backendUrls.database)(
    "exits with code 1 and states what to do if the database is not migrated",
    async () => {
      const { code, output } = await runToExit({ DATABASE_URL: await emptyDatabase(backendUrls.database ?? "") });
      expect(output).toContain("the database is not migrated: run the service once with ROLES=migrate");
      expect(code).toBe(1);
    },
  );
});
