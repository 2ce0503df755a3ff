import { onTestFinished } from "vitest";
import { SandboxProvider } from "../../../src/adapters/provider/sandbox-provider.js";
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { SqlSandboxBook } from "../../../src/adapters/sql/sql-sandbox-book.js";
import { choreograph } from "../../../src/application/choreography.js";
import type { DeadLetter } from "../../../src/application/ports/dead-letters.js";
import type { PaymentProvider } from "../../../src/application/ports/payment-provider.js";
import type { ReportLateClose } from "../../../src/application/ports/report-late-close.js";
import type { Timeout } from "../../../src/application/ports/timeout.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { openApplication } from "../../../src/bootstrap/open-application.js";
import { useCases } from "../../../src/bootstrap/use-cases.js";
import type { IdempotencyKey, OrderId, ProductId, UserCouponId, UserId } from "../../../src/domain/ids.js";
import { type Money, totalOf } from "../../../src/domain/money.js";
import type { Order } from "../../../src/domain/order.js";
import type { PaymentRequest, Verdict } from "../../../src/domain/payment.js";
import { DomainError } from "../../../src/domain/problem.js";
import { testPorts, testSettings, type UseCaseName, withOwnEach } from "../../support/application.js";
import { rowsIn, standingClock } from "../../support/drop.js";
import { MemoryEventBus } from "../../support/memory-event-bus.js";
import { migrateForTest } from "../../support/migrated-database.js";
import { OrderLedger } from "../../support/order-ledger.js";

export const ttlMs = 60_000;
export const ann = "ann" as UserId;
export const ben = "ben" as UserId;
export const orderId = (id: string) => id as OrderId;
/** `["lamp", 2]` is two lamps. */
export const items = (...lines: readonly (readonly [string, number])[]) =>
  lines.map(([productId, quantity]) => ({ productId: productId as ProductId, quantity }));

/** The code by which a request is refused; `none` where it is not. */
export const refusalOf = async (doing: Promise<unknown>): Promise<string> => {
  try {
    await doing;
    return "none";
  } catch (error) {
    if (error instanceof DomainError) return error.problem.code;
    throw error;
  }
};

/** The same provider, which a test may change, and what it is asked. */
const noting = (right: PaymentProvider, calls: string[]): PaymentProvider => ({
  capture: (payment) => {
    calls.push(`capture ${payment.paymentId}`);
    return right.capture(payment);
  },
  void: (paymentId) => {
    calls.push(`void ${paymentId}`);
    return right.void(paymentId);
  },
  refund: (paymentId, amount) => {
    calls.push(`refund ${paymentId}`);
    return right.refund(paymentId, amount);
  },
});

type Facts = {
  readonly work?: (right: UnitOfWork, useCase: UseCaseName) => UnitOfWork;
  /** Waits for as long as it takes, unless told otherwise. */
  readonly timeout?: Timeout;
};

/** The use cases of orders and payments as they are wired: lamps at 1000 and mugs at 300, ten of each, on sale. */
export const openOrderHouse = async ({ work, timeout = (working) => working }: Facts = {}) => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  await migrateForTest(db);
  const clock = standingClock();
  const parked: DeadLetter[] = [];
  const bus = new MemoryEventBus({ park: async (letters) => void parked.push(...letters) }, () => 1);
  onTestFinished(async () => {
    await bus.stopConsuming();
    await closeDatabase(db);
  });
  const ledger = await OrderLedger.of(db);
  ledger.addProduct("lamp", 1000, 10);
  ledger.addProduct("mug", 300, 10);
  const ports = testPorts(db, clock);
  const right = ports.work;
  const calls: string[] = [];
  const closedLate: Parameters<ReportLateClose>[0][] = [];
  const provider = noting(new SandboxProvider(new SqlSandboxBook(db), async () => {}), calls);
  let payments = 0;
  const shop = openApplication(
    {
      ...ports,
      provider,
      timeout,
      reportLateClose: (outcome) => void closedLate.push(outcome),
      bus,
      newId: () => `payment-${++payments}`,
    },
    { ...testSettings, orderTtlMs: ttlMs },
    withOwnEach(useCases, (name) => ({ work: work?.(right, name) ?? right })),
  );
  const choreography = choreograph(shop);
  await bus.consume(choreography);

  const place = (id: string, wanted: ReturnType<typeof items>, coupon: string | null = null, userId = ann) =>
    shop.placeOrder.execute({
      orderId: orderId(id),
      userId,
      items: wanted,
      userCouponId: coupon as UserCouponId | null,
    });
  const quiet = async () => {
    do {
      await shop.relayOutbox.execute();
      await bus.quiet();
    } while ((await rowsIn(db, "outbox")) > 0);
  };
  const orderOf = (id: string): Order => {
    const order = ledger.order(orderId(id));
    if (order === undefined) throw new Error(`no order ${id}`);
    return order;
  };
  const paymentOf = (id: string, key: string, facts: Partial<PaymentRequest> = {}): PaymentRequest => ({
    userId: ann,
    key: key as IdempotencyKey,
    subject: { kind: "order", orderId: orderId(id) },
    amount: totalOf(ledger.order(orderId(id)) ?? { subtotal: 0 as Money, discount: 0 as Money }),
    method: "sandbox-ok",
    ...facts,
  });

  /** Closes a payment with a verdict, as if the provider had answered. */
  const close = async (paymentId: string, verdict: Verdict) => {
    const payment = ledger.payments().find((each) => each.paymentId === paymentId);
    if (payment === undefined) throw new Error(`no payment ${paymentId}`);
    return shop.closePayment.execute(payment, verdict);
  };

  return {
    db,
    clock,
    ledger,
    provider,
    /** What the provider was asked, in order. */
    calls,
    /** Ends of payments that no request's answer shows, and what kept some from ending. */
    closedLate,
    shop,
    choreography,
    parked,
    work: right,
    close,
    /** Places an order of Ann's; nothing else happens until `quiet`. */
    place,
    /** Until every event has been reacted to, and what the reactions told as well. */
    quiet,
    /** Places an order of Ann's and lets it come as far as it comes by itself. */
    placed: async (...asked: Parameters<typeof place>): Promise<Order> => {
      await place(...asked);
      await quiet();
      return orderOf(asked[0]);
    },
    order: orderOf,
    /** What an order has been through. */
    timeline: (id: string): readonly string[] => orderOf(id).timeline.map(({ event }) => event),
    /** Units of a product: on hand, reserved, sold. */
    units: (productId: string): readonly number[] => {
      const stock = ledger.stocks().find((each) => each.productId === productId);
      return stock === undefined ? [] : [stock.onHand, stock.reserved, stock.sold];
    },
    /** Ann's request to pay an order in full by `key`, but for what is said. */
    paymentOf,
    pay: (id: string, key: string, facts: Partial<PaymentRequest> = {}) =>
      shop.confirmPayment.execute(paymentOf(id, key, facts)),
  };
};

export type OrderHouse = Awaited<ReturnType<typeof openOrderHouse>>;
