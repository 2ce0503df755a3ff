import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../../src/adapters/sql/database.js";
import type { ClaimRows } from "../../../src/application/ports/claim-rows.js";
import { type Application, openApplication } from "../../../src/bootstrap/open-application.js";
import type { Ports } from "../../../src/bootstrap/ports.js";
import type { Coupon } from "../../../src/domain/coupon.js";
import type { DomainEvent } from "../../../src/domain/event.js";
import { after } from "../../../src/domain/time.js";
import { testPorts, testSettings } from "../../support/application.js";
import {
  claim,
  coupon,
  couponId,
  insertClaims,
  manualClock,
  noon,
  rowsIn,
  taskId,
  userId,
} from "../../support/coupon-data.js";
import { ManualTimers } from "../../support/manual-timers.js";
import { migrateForTest } from "../../support/migrated-database.js";
import { operator } from "../../support/operator.js";

const drop = couponId("drop");
const shoppers = (count: number, name = "shopper") => Array.from({ length: count }, (_, n) => userId(`${name}-${n}`));

/** One node with a coupon, the rows that it inserts and the events that it publishes, batch by batch. */
const openDrop = async (
  quantity: number,
  change: (ports: Ports) => Partial<Ports> = () => ({}),
  facts: Partial<Coupon> = {},
) => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  onTestFinished(() => closeDatabase(db));
  await migrateForTest(db);
  const published: (readonly DomainEvent[])[] = [];
  const ports = testPorts(db, manualClock());
  const bus = Object.assign(Object.create(ports.bus), {
    publish: async (events: readonly DomainEvent[]) => void published.push(events),
  });
  const app = openApplication({ ...ports, bus, ...change(ports) }, testSettings);
  await app.createCoupon.execute(coupon("drop", { quantity, ...facts }), operator);
  return { app, db, published };
};

const claimAll = (app: Application, users: readonly ReturnType<typeof userId>[]) =>
  Promise.allSettled(users.map((user) => app.claimCoupon.execute(drop, user)));

const codesOf = (results: readonly PromiseSettledResult<{ readonly accepted: boolean }>[]) =>
  results.map((result) =>
    result.status === "fulfilled" ? (result.value.accepted ? 202 : 200) : result.reason.problem.code,
  );

describe("claims of one moment", () => {
  let rowsInserted: number[];
  beforeEach(() => {
    rowsInserted = [];
  });
  const countingRows = ({ claimRows }: Ports): Partial<Ports> => {
    const insert: ClaimRows["insert"] = (admitted) => {
      rowsInserted.push(admitted.length);
      return claimRows.insert(admitted);
    };
    return { claimRows: { insert } };
  };

  it("share one insert and one publish, in order of arrival", async () => {
    const { app, published } = await openDrop(100, countingRows);
    const users = shoppers(150);
    const results = await claimAll(app, users);
    expect(rowsInserted).toEqual([100]);
    expect(published.map((events) => events.length)).toEqual([100]);
    const positions = results.map((each) => (each.status === "fulfilled" ? each.value.claim.position : 0));
    expect(positions.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    expect(codesOf(results.slice(100))).toEqual(Array(50).fill("coupon-sold-out"));
  });

  // Proves: C2
  it("give a shopper who clicks twice within a batch one task, one 202 and one 200", async () => {
    const { app, db } = await openDrop(10);
    const [first, other, again] = await claimAll(app, ["mina", "joon", "mina"].map(userId));
    expect(codesOf([first, other, again] as never)).toEqual([202, 202, 200]);
    expect(again).toMatchObject({ value: { claim: (first as PromiseFulfilledResult<{ claim: object }>).value.claim } });
    expect(await rowsIn(db, "coupon_claims")).toBe(2);
  });

  it("fail alone: one shopper whom the database contradicts fails no other", async () => {
    const { app, db } = await openDrop(10);
    await insertClaims(db, [claim("drop", 9, { userId: userId("mina"), taskId: taskId("earlier") })]);
    const results = await claimAll(app, ["a", "mina", "b"].map(userId));
    expect(codesOf(results)).toEqual([202, 200, 202]);
    expect(results[1]).toMatchObject({ value: { claim: { taskId: "earlier" } } });
  });

  it("are answered as closed right after the end, also if the shopper was refused as sold out before", async () => {
    const clock = manualClock();
    const { app } = await openDrop(1, () => ({ clock }), { closesAt: after(noon, 500) });
    expect(codesOf(await claimAll(app, ["a", "b"].map(userId)))).toEqual([202, "coupon-sold-out"]);
    expect(codesOf(await claimAll(app, [userId("b")]))).toEqual(["coupon-sold-out"]);
    clock.at += 600;
    expect(codesOf(await claimAll(app, ["a", "b"].map(userId)))).toEqual([200, "coupon-not-open"]);
  });

  it("are resolved although a neighbor's second look fails", async () => {
    const { app, db } = await openDrop(10, ({ claims }) => ({
      claims: Object.assign(Object.create(claims), { live: () => Promise.reject(new Error("no connection")) }),
    }));
    await insertClaims(db, [claim("drop", 9, { userId: userId("mina"), taskId: taskId("earlier") })]);
    const [before, mina, behind] = await claimAll(app, ["a", "mina", "b"].map(userId));
    expect([before, behind]).toMatchObject([{ value: { accepted: true } }, { value: { accepted: true } }]);
    expect(mina).toMatchObject({ reason: { message: "no connection" } });
  });

  // Proves: C3
  it("get 503 above the capacity, and a retry succeeds", async () => {
    const { app, db } = await openDrop(20_000, () => ({ timers: new ManualTimers() }));
    const users = shoppers(10_001);
    const codes = codesOf(await claimAll(app, users));
    expect(codes.filter((code) => code === 202)).toHaveLength(10_000);
    expect(codes.at(-1)).toBe("engine-unavailable");
    expect(codesOf(await claimAll(app, users.slice(-1)))).toEqual([202]);
    expect(await rowsIn(db, "coupon_claims")).toBe(10_001);
  });
});

/** Claims while one step never completes, until the claim has waited for too long. */
const claimTooSlowly = async (stuck: (ports: Ports, begun: () => void) => Partial<Ports>) => {
  const timers = new ManualTimers();
  let onBegun = () => {};
  const begun = new Promise<void>((resolve) => {
    onBegun = resolve;
  });
  const { app } = await openDrop(1, (ports) => ({ timers, ...stuck(ports, () => onBegun()) }));
  await app.queue.drop(drop, Number.MAX_SAFE_INTEGER);
  const claims = claimAll(app, shoppers(1));
  await begun;
  timers.advance(2000);
  return codesOf(await claims);
};
const neverAfter = (begun: () => void) => {
  begun();
  return new Promise<never>(() => {});
};

describe("a claim that waits for too long", () => {
  it("gets claim-not-accepted while its own node rebuilds the store", async () => {
    let loads = 0;
    const codes = await claimTooSlowly(({ queue }, begun) => {
      // The first load is that of the new coupon.
      const load: typeof queue.load = (...args) => (loads++ === 0 ? queue.load(...args) : neverAfter(begun));
      return { queue: Object.assign(Object.create(queue), { load }) };
    });
    expect(codes).toEqual(["claim-not-accepted"]);
  });

  it("gets engine-unavailable while the database stores it", async () => {
    const codes = await claimTooSlowly((_, begun) => ({ claimRows: { insert: () => neverAfter(begun) } }));
    expect(codes).toEqual(["engine-unavailable"]);
  });
});

/** Wipes the queue and rebuilds it while the rows of a batch are on their way to the database. */
const rebuiltBeforeTheInsert = async (insert: (db: Database, rows: ClaimRows) => ClaimRows["insert"]) => {
  let rebuild: (() => Promise<void>) | undefined;
  const { app, db } = await openDrop(3, ({ claimRows }) => ({
    claimRows: {
      insert: async (admitted) => {
        await rebuild?.();
        rebuild = undefined;
        return insert(db, claimRows)(admitted);
      },
    },
  }));
  rebuild = async () => {
    await app.queue.drop(drop, Number.MAX_SAFE_INTEGER);
    await app.rebuildQueue.execute(drop);
  };
  const first = codesOf(await claimAll(app, shoppers(3)));
  const second = codesOf(await claimAll(app, shoppers(3, "late")));
  return { first, second, rows: await rowsIn(db, "coupon_claims") };
};

describe("a rebuild during a batch", () => {
  // Proves: C1
  it("refuses the batch, whose places were given before it", async () => {
    const { first, second, rows } = await rebuiltBeforeTheInsert(
      (_, claimRows) => (admitted) => claimRows.insert(admitted),
    );
    expect(first).toEqual(Array(3).fill("claim-not-accepted"));
    expect(second).toEqual([202, 202, 202]);
    expect(rows).toBe(3);
  });

  // Negative control: C1
  it("would admit more members than the quantity if rows were inserted without the epoch", async () => {
    let batches = 0;
    const unchecked = (db: Database) => async (admitted: Parameters<ClaimRows["insert"]>[0]) => {
      batches += 100;
      // Without the epoch, and without the unique key of positions behind it.
      const rows = admitted.map((each) => ({ ...each.claim, position: batches + each.claim.position }));
      await insertClaims(db, rows);
      return admitted.map(() => "inserted" as const);
    };
    const { first, second } = await rebuiltBeforeTheInsert(unchecked);
    expect([...first, ...second].filter((code) => code === 202)).toHaveLength(6);
  });
});
