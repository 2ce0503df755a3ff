import type { Knex } from "knex";
import { expect } from "vitest";
import { paymentRecordOf } from "../../src/adapters/sql/payment-record.js";
import { SqlPaymentTable } from "../../src/adapters/sql/sql-payment-table.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { ReservationId } from "../../src/domain/ids.js";
import { closePayment, isOpen, type Payment, type PaymentStatus, type Verdict } from "../../src/domain/payment.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { rowsIn, userId } from "../support/coupon-data.js";
import { idempotencyKey, later, money, orderId, payment, paymentId } from "../support/order-data.js";
import { type BuildableStatements, type Meet, withoutLocks, workOn, workWith } from "../support/table-work.js";

const add = (work: UnitOfWork, ...payments: readonly Payment[]) =>
  work.run(async (tx) => {
    const added: boolean[] = [];
    for (const each of payments) added.push(await tx.payments.add(each));
    return added;
  });
const lock = (work: UnitOfWork, id: string) => work.run((tx) => tx.payments.lock(paymentId(id)));
const byKey = (work: UnitOfWork, user: string, key: string) =>
  work.run((tx) => tx.payments.byKey(userId(user), idempotencyKey(key)));
const statuses: readonly PaymentStatus[] = ["pending", "unknown", "succeeded", "declined", "refunded"];

const clauses: Clauses<UnitOfWork> = {
  "stores every field of a payment in every state": async (work) => {
    const reservation = { kind: "reservation", reservationId: "r" as ReservationId } as const;
    const states = [
      ...statuses.map((status) => ({ status })),
      ...[{ methodDigest: "d".repeat(43) }, { provider: "http" } as const, { refunded: money(999) }],
      ...[{ status: "refunded", refundDue: true } as const, { status: "succeeded", amount: money(0) } as const],
      ...[{ subject: reservation }, { amount: money(1_000_000_000), openedAt: later(-1) }],
    ];
    for (const [index, state] of states.entries()) {
      const started = payment(`p${index}`, { ...state, status: "pending", refundDue: false, refunded: money(0) });
      const changed = { ...started, ...state };
      await add(work, started);
      expect(await lock(work, `p${index}`)).toEqual(started);
      await work.run((tx) => tx.payments.save(changed));
      expect(await lock(work, `p${index}`)).toEqual(changed);
      expect(await byKey(work, started.userId, started.key)).toEqual(changed);
      const added = { ...changed, paymentId: paymentId(`b${index}`), userId: userId("other") };
      expect(await add(work, added)).toEqual([true]);
      expect(await lock(work, `b${index}`)).toEqual(added);
    }
    expect(await lock(work, "nothing")).toBeUndefined();
  },

  "binds a key once per shopper": async (work) => {
    const of = (id: string, user: string) => payment(id, { userId: userId(user), key: idempotencyKey("k") });
    expect(await add(work, of("a", "ann"), of("b", "bob"), of("c", "ann"), of("d", "Ann"))).toEqual([
      ...[true, true, false, true],
    ]);
    expect(await byKey(work, "ann", "k")).toEqual(of("a", "ann"));
    expect(await byKey(work, "bob", "k")).toEqual(of("b", "bob"));
    expect([await byKey(work, "carl", "k"), await byKey(work, "ann", "K")]).toEqual([undefined, undefined]);
    expect(await lock(work, "c")).toBeUndefined();
  },

  "distinguishes keys by each of their 255 characters": async (work) => {
    const long = (end: string) => `${"k".repeat(254)}${end}`;
    const words = ["key", "Key", "KEY", "kéy", "k%y", "k_y", "k?y", "k\\?y", "k\\\\?y", "k'y", 'k"y', "k y", "k\\y"];
    const keys = [long("a"), long("b"), "\u00ff".repeat(255), ...words];
    const all = keys.map((key, index) => payment(`p${index}`, { userId: userId("me"), key: idempotencyKey(key) }));
    expect(new Set(await add(work, ...all))).toEqual(new Set([true]));
    for (const each of all) expect(await byKey(work, "me", each.key)).toEqual(each);
    expect(await byKey(work, "me", long("").slice(0, 191))).toBeUndefined();
  },

  // Proves: P1
  "adds one of twenty concurrent payments with one key": async (work, { db }) => {
    const same = { userId: userId("me"), key: idempotencyKey("k") };
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => add(work, payment(`p${index}`, same))));
    expect(results.flat().filter((added) => added)).toHaveLength(1);
    expect(await rowsIn(db, "payments")).toBe(1);
  },

  "writes the status of a payment, and never its request": async (work) => {
    await add(work, payment("a"), payment("b"));
    const subject = { kind: "order", orderId: orderId("other") } as const;
    const other = { userId: userId("thief"), key: idempotencyKey("x"), amount: money(1), openedAt: later(9), subject };
    await work.run((tx) => tx.payments.save(payment("a", { ...other, status: "refunded", refundDue: true })));
    expect(await lock(work, "a")).toEqual(payment("a", { status: "refunded", refundDue: true }));
    expect(await lock(work, "b")).toEqual(payment("b"));
  },

  "lets one transaction at a time change a payment": async (work) => {
    await add(work, payment("a"));
    const close = () =>
      work.run(async (tx) => {
        const found = await tx.payments.lock(paymentId("a"));
        if (found === undefined || !isOpen(found)) return 0;
        await tx.payments.save(closePayment(found, "captured"));
        return 1;
      });
    const closed = await Promise.all(Array.from({ length: 10 }, close));
    expect(closed.reduce<number>((sum, one) => sum + one, 0)).toBe(1);
  },

  // Proves: P1
  "closes an open payment once": async (work) => {
    const open = payment("a", { status: "unknown" });
    await add(work, open, payment("b"));
    const close = (verdict: Verdict) => work.run((tx) => tx.payments.close(closePayment(open, verdict)));
    const closed = await Promise.all(Array.from({ length: 10 }, () => close("captured")));
    expect(closed.filter((wasOpen) => wasOpen)).toHaveLength(1);
    expect(await close("voided")).toBe(false);
    expect(await lock(work, "a")).toEqual(payment("a", { status: "succeeded" }));
    expect(await lock(work, "b")).toEqual(payment("b"));
    await work.run((tx) => tx.payments.save(payment("a", { status: "refunded", refundDue: true })));
    expect(await close("captured")).toBe(false);
    expect(await lock(work, "a")).toEqual(payment("a", { status: "refunded", refundDue: true }));
  },
};

type Payments = Partial<SqlPaymentTable>;
/** The table with some methods replaced. */
const withWrong = (wrong: (right: SqlPaymentTable, trx: BuildableStatements, meet: Meet) => Payments) =>
  workWith((trx, meet) => {
    const right = new SqlPaymentTable(trx);
    return { payments: Object.assign(new SqlPaymentTable(trx), wrong(right, trx, meet)) };
  });
/** Changes keys before they are stored. */
const storingKeys = (fold: (key: string) => string) =>
  withWrong((right) => ({
    add: (each) => right.add({ ...each, key: idempotencyKey(fold(each.key)) }),
    byKey: (user, key) => right.byKey(user, idempotencyKey(fold(key))),
  }));
const withoutTheKey = (knex: Knex) =>
  knex.schema.alterTable("payments", (table) => table.dropUnique([], "payments_one_a_key"));

contractOnDatabases("PaymentTable", workOn, clauses, [
  {
    wrong: "binds a key for all shoppers",
    breaks: "binds a key once per shopper",
    make: workOn,
    spoil: async ({ knex }) => {
      await withoutTheKey(knex);
      await knex.schema.alterTable("payments", (table) => table.unique(["idempotency_key"]));
    },
  },
  {
    wrong: "ignores the case of keys",
    breaks: "distinguishes keys by each of their 255 characters",
    make: storingKeys((key) => key.toLowerCase()),
  },
  {
    wrong: "stores the first 191 characters of a key",
    breaks: "distinguishes keys by each of their 255 characters",
    make: storingKeys((key) => key.slice(0, 191)),
  },
  {
    wrong: "reads whether a key is free, without a unique key",
    breaks: "adds one of twenty concurrent payments with one key",
    make: withWrong((right, _, meet) => ({
      add: async (each) => {
        if ((await right.byKey(each.userId, each.key)) !== undefined) return false;
        await meet();
        return right.add(each);
      },
    })),
    spoil: ({ knex }) => withoutTheKey(knex),
    only: "mysql",
  },
  {
    wrong: "does not store that a refund is due",
    breaks: "stores every field of a payment in every state",
    make: withWrong((right) => ({ save: (each) => right.save({ ...each, refundDue: false }) })),
  },
  {
    wrong: "writes all fields of a payment",
    breaks: "writes the status of a payment, and never its request",
    make: withWrong((_, trx) => ({
      save: async (each) => trx("payments").where("payment_id", each.paymentId).update(paymentRecordOf(each)),
    })),
  },
  {
    // Negative control: P1
    wrong: "closes a payment that is closed already",
    breaks: "closes an open payment once",
    make: withWrong((right) => ({
      close: async (each) => {
        await right.save(each);
        return true;
      },
    })),
  },
  {
    wrong: "reads without a lock",
    breaks: "lets one transaction at a time change a payment",
    make: withWrong((_, trx, meet) => ({
      lock: async (id) => {
        const found = await new SqlPaymentTable(withoutLocks(trx)).lock(id);
        await meet();
        return found;
      },
    })),
    only: "mysql",
  },
]);
