import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { runOnSale } from "../../bench/rehearsal/on-sale.js";
import { checkOnSale } from "../../bench/rehearsal/seat-promises.js";
import { expectDropSurvives } from "../support/drop-with-faults.js";
import { profiles, startNode } from "../support/node.js";
import { RoundRobinClient } from "../support/round-robin-client.js";
import { SeatDatabase } from "../support/seat-database.js";

describe.each(profiles.filter(({ name }) => name !== "embedded"))(
  "two processes per role, $name",
  ({ live, settings: createSettings }) => {
    it.skipIf(!live)("keep all promises when one of each is killed during a drop and an on-sale", async () => {
      // A payment that was not sent to the provider is voided after a while. Short holds then free its seat soon.
      const settings = { ...(await createSettings()), HOLD_TTL_SECONDS: "30" };
      const start = (ROLES: string) => startNode({ ...settings, ROLES });
      const database = SeatDatabase.open(settings);
      const leaseHolder = async (): Promise<string | undefined> =>
        (await database.db.knex("job_leases").where("job", "sweep").first())?.holder;

      // The first scheduler holds the leases, so that one is killed.
      const scheduler = await start("scheduler");
      await expect.poll(leaseHolder).toBeDefined();
      const firstHolder = await leaseHolder();
      const roles = ["api", "api", "worker", "worker", "scheduler"];
      const nodes = await Promise.all(roles.map(start));
      const [api, otherApi, worker] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]];
      const client = new RoundRobinClient(api, otherApi);
      const killApi = async () => {
        await otherApi.kill();
        client.remove(otherApi);
      };
      const drop = expectDropSurvives(client, { shoppers: 800, coupons: 450, couponId: `split-${randomUUID()}` }, [
        { after: 50, inject: () => worker.kill() },
        { after: 200, inject: killApi },
        { after: 400, inject: () => scheduler.kill() },
      ]);
      const size = { shoppers: 100, seats: 30 };
      const onSale = await runOnSale(client, { ...size, twice: 0.3, declined: 0.1, leaving: 0.1 }, () => {});
      await drop;

      expect((await checkOnSale(onSale, size)).broken).toEqual([]);
      await database.waitUntilIdle();
      await database.expectPromises();
      expect(await database.owners()).toHaveLength(size.seats);
      expect(await database.sellOuts()).toHaveLength(1);
      await expect.poll(leaseHolder).not.toBe(firstHolder);
    });
  },
);
