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
import type { Turns } from "../support/turns.js";

/** Known-wrong parts in place of the right ones. */
export type Twins = {
  readonly table?: Partial<UseCaseTable>;
  readonly work?: (right: UnitOfWork, useCase: UseCaseName) => UnitOfWork;
  readonly provider?: (right: PaymentProvider) => PaymentProvider;
  readonly outbox?: (right: OutboxRows) => OutboxRows;
  /** Problem codes with which the settle job may fail, so that the run goes on and shows which promise is broken. */
  readonly settleMayFail?: readonly string[];
};

type Surroundings = {
  readonly turns: Turns;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly orderTtlMs: number;
};

/** The application on a real database. Each call to a backend waits for its turn. */
export const openOrdersInTurns = (
  db: Database,
  { turns, clock, bus, orderTtlMs }: Surroundings,
  twins: Twins,
): Application => {
  const ports = testPorts(db, clock);
  const outboxRows = turns.taken("outbox", ports.outboxRows);
  const book = turns.taken<SandboxBook>("book", new SqlSandboxBook(db));
  const sandbox = new SandboxProvider(book, () => turns.take("slow capture", async () => {}));
  let payments = 0;
  return openApplication(
    {
      ...ports,
      orders: turns.taken("orders", ports.orders),
      payments: turns.taken("payments", ports.payments),
      provider: twins.provider?.(sandbox) ?? sandbox,
      timeout: turns.timeout,
      outboxRows: twins.outbox?.(outboxRows) ?? outboxRows,
      bus: turns.taken("bus", bus),
      newId: () => `payment-${++payments}`,
    },
    { ...testSettings, orderTtlMs },
    withOwnEach({ ...useCases, ...twins.table }, (name) => {
      const work = turns.taken(name, ports.work);
      return { work: twins.work?.(work, name) ?? work };
    }),
  );
};
