import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { closeDatabase } from "../../../src/adapters/sql/database.js";
import { AuditCoupon } from "../../../src/application/coupon/audit-coupon.js";
import { RebuildQueue } from "../../../src/application/coupon/rebuild-queue.js";
import { SettleClaims } from "../../../src/application/coupon/settle-claims.js";
import { readConfig } from "../../../src/bootstrap/config.js";
import { composeNode } from "../../../src/bootstrap/node-steps.js";
import { useCase } from "../../../src/bootstrap/use-case.js";
import { useCases } from "../../../src/bootstrap/use-cases.js";

const urls = {
  DATABASE_URL: "mysql://user:secret@127.0.0.1:1/none",
  REDIS_URL: "redis://127.0.0.1:1",
  KAFKA_BROKERS: "127.0.0.1:1",
};

describe("openApplication", () => {
  it.each([
    ["the embedded profile", {}],
    ["MySQL alone", { DATABASE_URL: urls.DATABASE_URL }],
    ["MySQL and Redis", { DATABASE_URL: urls.DATABASE_URL, REDIS_URL: urls.REDIS_URL }],
    ["MySQL, a Redis Cluster and Kafka", { ...urls, REDIS_URL: "redis://127.0.0.1:1,127.0.0.1:2" }],
  ])("builds every use case of %s without a connection to any backend", async (_, environment) => {
    const config = readConfig({ ...environment, DATA_DIR: join(tmpdir(), "rushboard-never-created") });
    const { application, backends } = composeNode(config, pino({ level: "silent" }));
    for (const [name, { Class }] of Object.entries(useCases))
      expect(application[name as keyof typeof useCases]).toBeInstanceOf(Class);
    await closeDatabase(backends.database);
  });

  it("builds each use case once and gives the same one to all that need it", async () => {
    const { application, backends } = composeNode(readConfig({ DATA_DIR: tmpdir() }), pino({ level: "silent" }));
    expect(application.auditCoupon).toMatchObject({ rebuild: application.rebuildQueue });
    expect(application.createCoupon).toMatchObject({ rebuild: application.rebuildQueue });
    await closeDatabase(backends.database);
  });
});

describe("a row of the table of use cases", () => {
  it("does not compile with a missing, swapped or unknown need", () => {
    useCase(SettleClaims, "work", "taskNotices", "clock");
    // @ts-expect-error: the clock is missing
    useCase(SettleClaims, "work", "taskNotices");
    // @ts-expect-error: the first two needs are swapped
    useCase(SettleClaims, "taskNotices", "work", "clock");
    // @ts-expect-error: notices of orders instead of notices of tasks
    useCase(SettleClaims, "work", "orderNotices", "clock");
    // @ts-expect-error: there is no port of this name
    useCase(SettleClaims, "work", "taskNotices", "watch");
    // @ts-expect-error: one need too many
    useCase(SettleClaims, "work", "taskNotices", "clock", "newId");
    useCase(AuditCoupon, "coupons", "claims", "queue", RebuildQueue);
    // @ts-expect-error: another use case
    useCase(AuditCoupon, "coupons", "claims", "queue", SettleClaims);
  });
});
