import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Client, type Reply } from "../../bench/rehearsal/client.js";
import { runOnSale } from "../../bench/rehearsal/on-sale.js";
import { judgeOnSale } from "../../bench/rehearsal/seat-promises.js";
import { type Node, profiles, startNode } from "../support/node.js";
import { expectPromisesUnder } from "../support/rush.js";
import { SeatAccount } from "../support/seat-account.js";

/** Shoppers behind a balancer: every request, and every stream, goes to the next of the nodes that are left. */
class BalancedClient extends Client {
  private readonly nodes: Node[];
  private turn = 0;

  constructor(first: Node, ...others: readonly Node[]) {
    super(first.url, undefined);
    this.nodes = [first, ...others];
  }

  override call(...ask: Parameters<Client["call"]>): Promise<Reply> {
    return this.next().call(...ask);
  }

  override follow(...stream: Parameters<Client["follow"]>): ReturnType<Client["follow"]> {
    return this.next().follow(...stream);
  }

  /** Sends nobody there any more. */
  leave(node: Node): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }

  private next(): Client {
    const node = this.nodes[this.turn++ % this.nodes.length];
    if (node === undefined) throw new Error("no node is left");
    return node.client;
  }
}

describe.each(profiles.filter(({ name }) => name !== "embedded"))(
  "two processes of each role, $name",
  ({ live, settings: prepare }) => {
    it.skipIf(!live)("one of each killed in mid-drop and mid-sale: promises hold", async () => {
      // A payment that nobody took to the provider is voided after a while; its seat is to be free again soon after.
      const settings = { ...(await prepare()), HOLD_TTL_SECONDS: "30" };
      const start = (ROLES: string) => startNode({ ...settings, ROLES });
      const account = SeatAccount.open(settings);
      const sweeper = async (): Promise<string | undefined> =>
        (await account.db.knex("job_leases").where("job", "sweep").first())?.holder;

      // Whoever comes first holds the leases: that is the one to lose.
      const scheduler = await start("scheduler");
      await expect.poll(sweeper).toBeDefined();
      const firstSweeper = await sweeper();
      const [api, otherApi, worker] = await Promise.all([
        start("api"),
        start("api"),
        start("worker"),
        start("worker"),
        start("scheduler"),
      ]);
      const client = new BalancedClient(api, otherApi);
      const killApi = async () => {
        await otherApi.kill();
        client.leave(otherApi);
      };
      const drop = expectPromisesUnder(client, { shoppers: 1500, coupons: 700, couponId: `split-${randomUUID()}` }, [
        { after: 50, strike: () => worker.kill() },
        { after: 200, strike: killApi },
        { after: 400, strike: () => scheduler.kill() },
      ]);
      const size = { shoppers: 200, seats: 60 };
      const sale = await runOnSale(client, { ...size, twice: 0.3, declined: 0.1, leaving: 0.1 }, () => {});
      await drop;

      expect((await judgeOnSale(sale, size)).broken).toEqual([]);
      await account.quiet();
      await account.expectPromises();
      expect(await account.owners()).toHaveLength(size.seats);
      expect(await account.sellOuts()).toHaveLength(1);
      await expect.poll(sweeper).not.toBe(firstSweeper);
    });
  },
);
