import { describe, expect, it } from "vitest";
import { type OnSale, runOnSale, type SeatVisit } from "../../bench/rehearsal/on-sale.js";
import { judgeOnSale } from "../../bench/rehearsal/seat-promises.js";
import { profiles, startNode } from "../support/node.js";
import { SeatAccount } from "../support/seat-account.js";
import { SpreadClient } from "../support/spread-client.js";
import { sizeOf } from "../support/test-size.js";

const moods = { twice: 0.3, declined: 0.1, leaving: 0.1 };

const { shoppers, seats } = sizeOf({ short: { shoppers: 150, seats: 20 }, long: { shoppers: 500, seats: 50 } });

describe.each(profiles)("seats in a rush, $name", ({ name, live, settings: prepare }) => {
  // Proves: P2
  it.skipIf(!live)(
    `${shoppers} shoppers on ${seats} seats: ${seats} owners, and one sell-out`,
    { timeout: 300_000 },
    async () => {
      const settings = await prepare();
      const first = await startNode(settings);
      const client = name === "embedded" ? first.client : new SpreadClient(first, await startNode(settings));
      const size = { shoppers, seats };
      const onSale = await runOnSale(client, { ...size, ...moods }, () => {});
      expect((await judgeOnSale(onSale, size)).broken).toEqual([]);
      const account = SeatAccount.open(settings);
      await account.quiet();
      await account.expectPromises();
      expect(await account.owners()).toHaveLength(seats);
      expect(await account.sellOuts()).toHaveLength(1);
    },
  );

  it.skipIf(!live)("30 shoppers in a hall of 50: each has a seat, and nothing is sold out", async () => {
    const settings = await prepare();
    const size = { shoppers: 30, seats: 50 };
    const onSale = await runOnSale((await startNode(settings)).client, { ...size, ...moods }, () => {});
    expect((await judgeOnSale(onSale, size)).broken).toEqual([]);
    const account = SeatAccount.open(settings);
    await account.quiet();
    await account.expectPromises();
    expect(await account.owners()).toHaveLength(30);
  });
});

describe("whoever judges a rush", () => {
  /** What another shopper would have met with the first who bought a seat. */
  const twinOf = ({ visits }: OnSale, change: (visit: SeatVisit) => Partial<SeatVisit>): OnSale["visits"] => {
    const lucky = visits.find(({ purchases }) => purchases.length === 1);
    if (lucky === undefined) throw new Error("nobody bought a seat at once");
    return [...visits, { ...lucky, ...change(lucky) }];
  };
  const brokenIn = (broken: readonly string[]) => broken.map((promise) => promise.slice(0, promise.indexOf(" ")));

  it("tells each promise that is broken, in the answers and in the rows", { timeout: 300_000 }, async () => {
    const settings = (await profiles[0]?.settings()) ?? {};
    const size = { shoppers: 12, seats: 5 };
    const options = { ...size, twice: 0, declined: 0, leaving: 0 };
    const onSale = await runOnSale((await startNode(settings)).client, options, () => {});
    const judge = async (visits: OnSale["visits"] = onSale.visits) =>
      brokenIn((await judgeOnSale({ ...onSale, visits }, size)).broken);
    const account = SeatAccount.open(settings);
    await account.quiet();
    expect(await judge()).toEqual([]);
    expect(await account.broken()).toEqual([]);

    const twice = twinOf(onSale, ({ purchases }) => ({ holds: [], purchases }));
    expect(await judge(twice)).toEqual(expect.arrayContaining(["P2", "nobody"]));
    expect(await judge(twinOf(onSale, () => ({ purchases: [] })))).toEqual(["P2"]);
    const charged = ({ purchases: [bought] }: SeatVisit) => ({
      holds: [],
      purchases: bought === undefined ? [] : [{ ...bought, status: "declined", paymentIds: ["one", "two"] }],
    });
    expect(await judge(twinOf(onSale, charged))).toEqual(["P1"]);
    const failed = twinOf(onSale, () => ({ holds: [], purchases: [], answers: ["500 undefined"] }));
    expect(await judge(failed)).toEqual(["every"]);

    const { knex } = account.db;
    await knex("schedules").decrement("reserved_seats", 1);
    expect(await judge()).toEqual(["the"]);
    await knex("schedules").increment("reserved_seats", 1);
    await knex("schedules").decrement("sold_out_at", 60_000);
    expect(await judge()).toContain("S1");
    await knex("schedules").update({ sold_out_at: null });
    expect(await judge()).toContain("S1");
    expect(await account.broken()).toEqual([expect.stringContaining("S1")]);

    const [seat] = await knex("reservations");
    await knex("reservations").insert({ ...seat, reservation_id: "another", live: null });
    expect(await account.broken()).toEqual(
      expect.arrayContaining([
        expect.stringContaining("P2 money kept for another"),
        expect.stringContaining("more than one owner"),
        expect.stringContaining("held, reserved"),
      ]),
    );
  });
});
