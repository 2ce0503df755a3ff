import type { Knex } from "knex";
import { expect } from "vitest";
import { paymentRecordOf } from "../../src/adapters/sql/payment-record.js";
import { SqlPaymentTable } from "../../src/adapters/sql/sql-payment-table.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { ReservationId } from "../../src/domain/ids.js";
import {
  closePayment,
  isOpen,
  type Payment,
  type PaymentStatus,
  paymentMethods,
  type Verdict,
} from "../../src/domain/payment.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { rowsIn, userId } from "../support/drop.js";
import { idempotencyKey, later, money, orderId, payment, paymentId } from "../support/order.js";
import { type Meet, withoutLocks, workOn, workWith } from "../support/table-work.js";

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
  "keeps a payment whole in every state that it comes to": async (work) => {
    const reservation = { kind: "reservation", reservationId: "r" as ReservationId } as const;
    const states = [
      ...statuses.map((status) => ({ status })),
      ...paymentMethods.map((method) => ({ method })),
      ...[{ status: "refunded", refundDue: true } as const, { status: "succeeded", amount: money(0) } as const],
      ...[{ subject: reservation }, { amount: money(1_000_000_000), openedAt: later(-1) }],
    ];
    for (const [index, state] of states.entries()) {
      const begun = payment(`p${index}`, { ...state, status: "pending", refundDue: false });
      const stands = { ...begun, ...state };
      await add(work, begun);
      expect(await lock(work, `p${index}`)).toEqual(begun);
      await work.run((tx) => tx.payments.save(stands));
      expect(await lock(work, `p${index}`)).toEqual(stands);
      expect(await byKey(work, begun.userId, begun.key)).toEqual(stands);
      const born = { ...stands, paymentId: paymentId(`b${index}`), userId: userId("newborn") };
      expect(await add(work, born)).toEqual([true]);
      expect(await lock(work, `b${index}`)).toEqual(born);
    }
    expect(await lock(work, "nothing")).toBeUndefined();
  },

  "knows a key as its shopper's, once": async (work) => {
    const of = (id: string, user: string) => payment(id, { userId: userId(user), key: idempotencyKey("k") });
    expect(await add(work, of("a", "ann"), of("b", "bob"), of("c", "ann"), of("d", "Ann"))).toEqual([
      ...[true, true, false, true],
    ]);
    expect(await byKey(work, "ann", "k")).toEqual(of("a", "ann"));
    expect(await byKey(work, "bob", "k")).toEqual(of("b", "bob"));
    expect([await byKey(work, "carl", "k"), await byKey(work, "ann", "K")]).toEqual([undefined, undefined]);
    expect(await lock(work, "c")).toBeUndefined();
  },

  "tells keys apart to the last of 255 characters, and by every one of them": async (work) => {
    const long = (end: string) => `${"k".repeat(254)}${end}`;
    const words = ["key", "Key", "KEY", "kéy", "k%y", "k_y", "k?y", "k\\?y", "k\\\\?y", "k'y", 'k"y', "k y", "k\\y"];
    const keys = [long("a"), long("b"), "\u00ff".repeat(255), ...words];
    const all = keys.map((key, index) => payment(`p${index}`, { userId: userId("me"), key: idempotencyKey(key) }));
    expect(new Set(await add(work, ...all))).toEqual(new Set([true]));
    for (const each of all) expect(await byKey(work, "me", each.key)).toEqual(each);
    expect(await byKey(work, "me", long("").slice(0, 191))).toBeUndefined();
  },

  // Proves: P1
  "begins one of twenty payments that come with one key at once": async (work, { db }) => {
    const same = { userId: userId("me"), key: idempotencyKey("k") };
    const begun = await Promise.all(Array.from({ length: 20 }, (_, index) => add(work, payment(`p${index}`, same))));
    expect(begun.flat().filter((added) => added)).toHaveLength(1);
    expect(await rowsIn(db, "payments")).toBe(1);
  },

  "writes how a payment stands, and never what was asked for": async (work) => {
    await add(work, payment("a"), payment("b"));
    const subject = { kind: "order", orderId: orderId("other") } as const;
    const other = { userId: userId("thief"), key: idempotencyKey("x"), amount: money(1), openedAt: later(9), subject };
    await work.run((tx) => tx.payments.save(payment("a", { ...other, status: "refunded", refundDue: true })));
    expect(await lock(work, "a")).toEqual(payment("a", { status: "refunded", refundDue: true }));
    expect(await lock(work, "b")).toEqual(payment("b"));
  },

  "lets one transaction at a time decide of a payment": async (work) => {
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
/** The table as it is, but for what `wrong` makes of it. */
const twin = (wrong: (right: SqlPaymentTable, trx: Statements, meet: Meet) => Payments) =>
  workWith((trx, meet) => {
    const right = new SqlPaymentTable(trx);
    return { payments: Object.assign(new SqlPaymentTable(trx), wrong(right, trx, meet)) };
  });
/** Keys that are cut or folded before they are kept. */
const keying = (fold: (key: string) => string) =>
  twin((right) => ({
    add: (each) => right.add({ ...each, key: idempotencyKey(fold(each.key)) }),
    byKey: (user, key) => right.byKey(user, idempotencyKey(fold(key))),
  }));
const withoutTheKey = (knex: Knex) =>
  knex.schema.alterTable("payments", (table) => table.dropUnique([], "payments_one_a_key"));

contractOnDatabases("PaymentTable", workOn, clauses, [
  {
    wrong: "knows a key whosever it is",
    breaks: "knows a key as its shopper's, once",
    make: workOn,
    spoil: async ({ knex }) => {
      await withoutTheKey(knex);
      await knex.schema.alterTable("payments", (table) => table.unique(["idempotency_key"]));
    },
  },
  {
    wrong: "takes small letters for great ones",
    breaks: "tells keys apart to the last of 255 characters, and by every one of them",
    make: keying((key) => key.toLowerCase()),
  },
  {
    wrong: "keeps the first 191 characters",
    breaks: "tells keys apart to the last of 255 characters, and by every one of them",
    make: keying((key) => key.slice(0, 191)),
  },
  {
    wrong: "looks whether a key is free, and has no unique key behind it",
    breaks: "begins one of twenty payments that come with one key at once",
    make: twin((right, _, meet) => ({
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
    wrong: "forgets that a refund is due",
    breaks: "keeps a payment whole in every state that it comes to",
    make: twin((right) => ({ save: (each) => right.save({ ...each, refundDue: false }) })),
  },
  {
    wrong: "writes the whole payment anew",
    breaks: "writes how a payment stands, and never what was asked for",
    make: twin((_, trx) => ({
      save: async (each) => trx("payments").where("payment_id", each.paymentId).update(paymentRecordOf(each)),
    })),
  },
  {
    // Negative control: P1
    wrong: "closes a payment that is closed already",
    breaks: "closes an open payment once",
    make: twin((right) => ({
      close: async (each) => {
        await right.save(each);
        return true;
      },
    })),
  },
  {
    wrong: "reads without a lock",
    breaks: "lets one transaction at a time decide of a payment",
    make: twin((_, trx, meet) => ({
      lock: async (id) => {
        const found = await new SqlPaymentTable(withoutLocks(trx)).lock(id);
        await meet();
        return found;
      },
    })),
    only: "mysql",
  },
]);
