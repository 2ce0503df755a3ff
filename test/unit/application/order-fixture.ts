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
import type { ProductId, UserCouponId, UserId } from "../../../src/domain/ids.js";
import { totalOf } from "../../../src/domain/money.js";
import type { Order } from "../../../src/domain/order.js";
import type { PaymentRequest, Verdict } from "../../../src/domain/payment.js";
import { DomainError } from "../../../src/domain/problem.js";
import { testPorts, testSettings, type UseCaseName, withOwnEach } from "../../support/application.js";
import { manualClock, rowsIn } from "../../support/coupon-data.js";
import { MemoryEventBus } from "../../support/memory-event-bus.js";
import { migrateForTest } from "../../support/migrated-database.js";
import { idempotencyKey, money, orderId } from "../../support/order-data.js";
import { OrderLedger } from "../../support/order-ledger.js";
import { soleProvider } from "../../support/sole-provider.js";

export const ttlMs = 60_000;
export const ann = "ann" as UserId;
export const ben = "ben" as UserId;
/** `["lamp", 2]` is two lamps. */
export const items = (...lines: readonly (readonly [string, number])[]) =>
  lines.map(([productId, quantity]) => ({ productId: productId as ProductId, quantity }));

/** The code of the problem with which a request is rejected, or `none`. */
export const rejectionOf = async (request: Promise<unknown>): Promise<string> => {
  try {
    await request;
    return "none";
  } catch (error) {
    if (error instanceof DomainError) return error.problem.code;
    throw error;
  }
};

/** The provider, whose calls a test may replace. Adds each call to `calls`. */
const recordingCalls = (provider: PaymentProvider, calls: string[]): PaymentProvider => ({
  capture: (payment) => {
    calls.push(`capture ${payment.paymentId}`);
    return provider.capture(payment);
  },
  void: (paymentId) => {
    calls.push(`void ${paymentId}`);
    return provider.void(paymentId);
  },
  refund: (paymentId, ...refund) => {
    calls.push(`refund ${paymentId}`);
    return provider.refund(paymentId, ...refund);
  },
});

type Options = {
  /** Replaces the unit of work of one use case. */
  readonly work?: (right: UnitOfWork, useCase: UseCaseName) => UnitOfWork;
  /** Default: never expires. */
  readonly timeout?: Timeout;
};

/** The application on an empty database, with ten lamps at 1000 and ten mugs at 300. Orders are Ann's by default. */
export const openOrderFixture = async ({ work, timeout = (pending) => pending }: Options = {}) => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  await migrateForTest(db);
  const clock = manualClock();
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
  const providerCalls: string[] = [];
  const lateCloses: Parameters<ReportLateClose>[0][] = [];
  const provider = recordingCalls(new SandboxProvider(new SqlSandboxBook(db), async () => {}), providerCalls);
  let payments = 0;
  const application = openApplication(
    {
      ...ports,
      providers: soleProvider(provider),
      timeout,
      reportLateClose: (outcome) => void lateCloses.push(outcome),
      bus,
      newId: () => `payment-${++payments}`,
    },
    { ...testSettings, orderTtlMs: ttlMs },
    withOwnEach(useCases, (name) => ({ work: work?.(ports.work, name) ?? ports.work })),
  );
  const choreography = choreograph(application);
  await bus.consume(choreography);

  const place = (id: string, wanted: ReturnType<typeof items>, coupon: string | null = null, userId = ann) =>
    application.placeOrder.execute({
      orderId: orderId(id),
      userId,
      items: wanted,
      userCouponId: coupon as UserCouponId | null,
    });
  const deliverEvents = async () => {
    do {
      await application.relayOutbox.execute();
      await bus.quiet();
    } while ((await rowsIn(db, "outbox")) > 0);
  };
  const order = (id: string): Order => {
    const found = ledger.order(orderId(id));
    if (found === undefined) throw new Error(`no order ${id}`);
    return found;
  };
  const paymentRequest = (id: string, key: string, facts: Partial<PaymentRequest> = {}): PaymentRequest => ({
    userId: ann,
    key: idempotencyKey(key),
    subject: { kind: "order", orderId: orderId(id) },
    amount: totalOf(ledger.order(orderId(id)) ?? { subtotal: money(0), discount: money(0) }),
    method: "sandbox-ok",
    ...facts,
  });

  return {
    db,
    clock,
    ledger,
    provider,
    providerCalls,
    lateCloses,
    application,
    choreography,
    parked,
    work: ports.work,
    /** Places an order. Nothing processes its events before `deliverEvents`. */
    place,
    /** Delivers all events, also those that are sent while others are processed. */
    deliverEvents,
    /** Places an order and delivers its events. Returns the order as it is then. */
    placeAndDeliver: async (...request: Parameters<typeof place>): Promise<Order> => {
      await place(...request);
      await deliverEvents();
      return order(request[0]);
    },
    order,
    timeline: (id: string): readonly string[] => order(id).timeline.map(({ event }) => event),
    /** The product's units: on hand, reserved, sold. */
    units: (productId: string): readonly number[] => {
      const stock = ledger.stocks().find((each) => each.productId === productId);
      return stock === undefined ? [] : [stock.onHand, stock.reserved, stock.sold];
    },
    /** A request to pay an order in full. */
    paymentRequest,
    pay: (id: string, key: string, facts: Partial<PaymentRequest> = {}) =>
      application.confirmPayment.execute(paymentRequest(id, key, facts)),
    /** Closes a payment as if the provider had answered with this verdict. */
    close: async (paymentId: string, verdict: Verdict) => {
      const payment = ledger.payments().find((each) => each.paymentId === paymentId);
      if (payment === undefined) throw new Error(`no payment ${paymentId}`);
      return application.closePayment.execute(payment, verdict);
    },
  };
};

export type OrderFixture = Awaited<ReturnType<typeof openOrderFixture>>;

/** The fixture and the coupon `uc` of Ann's: 10 percent. */
export const openFixtureWithCoupon = async (options: Options = {}): Promise<OrderFixture> => {
  const fixture = await openOrderFixture(options);
  fixture.ledger.addCoupon("uc", "ann", { type: "percent", value: 10 });
  return fixture;
};
