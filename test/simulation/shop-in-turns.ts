import { SandboxProvider } from "../../src/adapters/provider/sandbox-provider.js";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlOrderQueries } from "../../src/adapters/sql/sql-order-queries.js";
import { SqlOutboxRows } from "../../src/adapters/sql/sql-outbox-rows.js";
import { SqlPaymentQueries } from "../../src/adapters/sql/sql-payment-queries.js";
import { SqlSandboxBook } from "../../src/adapters/sql/sql-sandbox-book.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { Clock } from "../../src/application/ports/clock.js";
import type { EventBus } from "../../src/application/ports/event-bus.js";
import type { OutboxRows } from "../../src/application/ports/outbox-rows.js";
import type { PaymentProvider } from "../../src/application/ports/payment-provider.js";
import type { SandboxBook } from "../../src/application/ports/sandbox-book.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { type AlteredUseCases, openShop, type Shop, type Worker } from "../support/shop.js";
import type { Turns } from "../support/turns.js";

/** What of the shop is swapped for a twin without its guard. */
export type Twins = AlteredUseCases & {
  readonly work?: (right: UnitOfWork, worker: Worker) => UnitOfWork;
  readonly provider?: (right: PaymentProvider) => PaymentProvider;
  readonly outbox?: (right: OutboxRows) => OutboxRows;
};

type Surroundings = {
  readonly turns: Turns;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly ttlMs: number;
};

/** The shop on a real database, whose every call to an engine waits for its turn. */
export const openShopInTurns = (db: Database, { turns, clock, bus, ttlMs }: Surroundings, twins: Twins): Shop => {
  const work = new SqlUnitOfWork(db, () => {});
  const outbox = turns.taken<OutboxRows>("outbox", new SqlOutboxRows(db, clock));
  const book = turns.taken<SandboxBook>("book", new SqlSandboxBook(db));
  const sandbox = new SandboxProvider(book, () => turns.take("slow capture", async () => {}));
  let payments = 0;
  return openShop(
    {
      work: (worker) => {
        const right = turns.taken<UnitOfWork>(worker, work);
        return twins.work?.(right, worker) ?? right;
      },
      orders: turns.taken("orders", new SqlOrderQueries(db)),
      payments: turns.taken("payments", new SqlPaymentQueries(db)),
      notices: { announce: () => {}, subscribe: () => () => {} },
      provider: twins.provider?.(sandbox) ?? sandbox,
      patience: turns.patience,
      outbox: twins.outbox?.(outbox) ?? outbox,
      bus: turns.taken("bus", bus),
      clock,
      newId: () => `payment-${++payments}`,
      ttlMs,
    },
    twins,
  );
};
