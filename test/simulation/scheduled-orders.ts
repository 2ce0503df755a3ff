import { SandboxProvider } from "../../src/adapters/provider/sandbox-provider.js";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlSandboxBook } from "../../src/adapters/sql/sql-sandbox-book.js";
import type { Clock } from "../../src/application/ports/clock.js";
import type { EventBus } from "../../src/application/ports/event-bus.js";
import type { OutboxRows } from "../../src/application/ports/outbox-rows.js";
import type { PaymentProvider } from "../../src/application/ports/payment-provider.js";
import type { SandboxBook } from "../../src/application/ports/sandbox-book.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { type Application, openApplication } from "../../src/bootstrap/open-application.js";
import { type UseCaseTable, useCases } from "../../src/bootstrap/use-cases.js";
import { testPorts, testSettings, type UseCaseName, withOwnEach } from "../support/application.js";
import { soleProvider } from "../support/sole-provider.js";
import type { StepScheduler } from "../support/step-scheduler.js";

/** The parts that a negative control replaces by known-wrong ones. */
export type KnownWrongOrders = {
  readonly table?: Partial<UseCaseTable>;
  readonly work?: (correct: UnitOfWork, useCase: UseCaseName) => UnitOfWork;
  readonly provider?: (correct: PaymentProvider) => PaymentProvider;
  readonly outbox?: (correct: OutboxRows) => OutboxRows;
  /** Problem codes with which the settle job may fail, so that the run continues and shows which promise is broken. */
  readonly settleMayFail?: readonly string[];
};

type Environment = {
  readonly scheduler: StepScheduler;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly orderTtlMs: number;
};

/** Opens the application on a real database, with every backend call scheduled. */
export const openScheduledOrders = (
  db: Database,
  { scheduler, clock, bus, orderTtlMs }: Environment,
  wrong: KnownWrongOrders,
): Application => {
  const ports = testPorts(db, clock);
  const outboxRows = scheduler.scheduledPort("outbox", ports.outboxRows);
  const book = scheduler.scheduledPort<SandboxBook>("book", new SqlSandboxBook(db));
  const sandbox = new SandboxProvider(book, () => scheduler.schedule("slow capture", async () => {}));
  let payments = 0;
  return openApplication(
    {
      ...ports,
      orders: scheduler.scheduledPort("orders", ports.orders),
      payments: scheduler.scheduledPort("payments", ports.payments),
      providers: soleProvider(wrong.provider?.(sandbox) ?? sandbox),
      timeout: scheduler.timeout,
      outboxRows: wrong.outbox?.(outboxRows) ?? outboxRows,
      bus: scheduler.scheduledPort("bus", bus),
      newId: () => `payment-${++payments}`,
    },
    { ...testSettings, orderTtlMs },
    withOwnEach({ ...useCases, ...wrong.table }, (name) => {
      const work = scheduler.scheduledPort(name, ports.work);
      return { work: wrong.work?.(work, name) ?? work };
    }),
  );
};
