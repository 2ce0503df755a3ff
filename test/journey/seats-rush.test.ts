import { describe, expect, it, onTestFinished } from "vitest";
import { Client } from "../../bench/rehearsal/client.js";
import { type OnSale, runOnSale, type SeatVisit } from "../../bench/rehearsal/on-sale.js";
import { checkOnSale } from "../../bench/rehearsal/seat-promises.js";
import { startHttpApp } from "../support/http-app.js";
import { profiles, startNode } from "../support/node.js";
import { RoundRobinClient } from "../support/round-robin-client.js";
import { SeatDatabase } from "../support/seat-database.js";

const behavior = { twice: 0.3, declined: 0.1, leaving: 0.1 };
const shoppers = 150;
const seats = 20;

describe.each(profiles)("two on-sales of seats, $name", ({ name, live, settings: createSettings }) => {
  // Proves: P2
  it.skipIf(!live)(`sell ${seats} seats to ${seats} of ${shoppers} shoppers, and 30 of 50 to 30 shoppers`, async () => {
    const settings = await createSettings();
    const first = await startNode(settings);
    const client = name === "embedded" ? first.client : new RoundRobinClient(first, await startNode(settings));
    const soldOut = { shoppers, seats };
    const notSoldOut = { shoppers: 30, seats: 50 };
    await Promise.all(
      [soldOut, notSoldOut].map(async (size) => {
        const onSale = await runOnSale(client, { ...size, ...behavior }, () => {});
        expect((await checkOnSale(onSale, size)).broken).toEqual([]);
      }),
    );
    const database = SeatDatabase.open(settings);
    await database.waitUntilIdle();
    await database.expectPromises();
    expect(await database.owners()).toHaveLength(seats + 30);
    expect(await database.sellOuts()).toMatchObject([{ seats }]);
  });
});

describe("the checks of an on-sale (negative control)", () => {
  /** Adds a shopper with the same visit as the first buyer, except for `change`. */
  const withSecondVisit = ({ visits }: OnSale, change: (visit: SeatVisit) => Partial<SeatVisit>): OnSale["visits"] => {
    const buyer = visits.find(({ purchases }) => purchases.length === 1);
    if (buyer === undefined) throw new Error("no shopper bought a seat with one payment");
    return [...visits, { ...buyer, ...change(buyer) }];
  };
  const marksOf = (broken: readonly string[]) => broken.map((promise) => promise.slice(0, promise.indexOf(" ")));

  it("find each broken promise, in the responses and in the rows", async () => {
    const app = await startHttpApp();
    await app.work();
    const client = new Client(new URL(app.url), undefined);
    onTestFinished(() => client.close());
    const size = { shoppers: 12, seats: 5 };
    const options = { ...size, twice: 0, declined: 0, leaving: 0 };
    const onSale = await runOnSale(client, options, () => {});
    const brokenIn = async (visits: OnSale["visits"] = onSale.visits) =>
      marksOf((await checkOnSale({ ...onSale, visits }, size)).broken);
    const database = new SeatDatabase(app.backends.database);
    await database.waitUntilIdle();
    expect(await brokenIn()).toEqual([]);
    expect(await database.broken()).toEqual([]);

    const sameSeatSold = withSecondVisit(onSale, ({ purchases }) => ({ holds: [], purchases }));
    expect(await brokenIn(sameSeatSold)).toEqual(expect.arrayContaining(["P2", "all"]));
    const sameSeatHeld = withSecondVisit(onSale, () => ({ purchases: [] }));
    expect(await brokenIn(sameSeatHeld)).toEqual(["P2"]);
    const chargedTwice = withSecondVisit(onSale, ({ purchases: [purchase] }) => ({
      holds: [],
      purchases: purchase === undefined ? [] : [{ ...purchase, status: "declined", paymentIds: ["one", "two"] }],
    }));
    expect(await brokenIn(chargedTwice)).toEqual(["P1"]);
    const failed = withSecondVisit(onSale, () => ({ holds: [], purchases: [], responses: ["500 undefined"] }));
    expect(await brokenIn(failed)).toEqual(["responses"]);

    const { knex } = database.db;
    await knex("schedules").decrement("reserved_seats", 1);
    expect(await brokenIn()).toEqual(["counts"]);
    await knex("schedules").increment("reserved_seats", 1);
    await knex("schedules").decrement("sold_out_at", 60_000);
    expect(await brokenIn()).toContain("S1");
    await knex("schedules").update({ sold_out_at: null });
    expect(await brokenIn()).toContain("S1");
    expect(await database.broken()).toEqual([expect.stringContaining("S1")]);

    const [seat] = await knex("reservations");
    await knex("reservations").insert({ ...seat, reservation_id: "another", live: null });
    expect(await database.broken()).toEqual(
      expect.arrayContaining([
        expect.stringContaining("P2 captured for another"),
        expect.stringContaining("more than one owner"),
        expect.stringContaining("held, reserved"),
      ]),
    );
  });
});
