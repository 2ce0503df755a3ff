import type { Database } from "../../src/adapters/sql/database.js";
import { choreograph } from "../../src/application/choreography.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import { isOpen } from "../../src/domain/payment.js";
import { DomainError } from "../../src/domain/problem.js";
import { manualClock } from "../support/coupon-data.js";
import { flushPromises } from "../support/flush-promises.js";
import { OrderLedger } from "../support/order-ledger.js";
import { SeededRandom } from "../support/seeded-random.js";
import { ShufflingBus } from "../support/shuffling-bus.js";
import { type StepOutcome, StepScheduler } from "../support/step-scheduler.js";
import { brokenAtTheEnd, brokenNow, isIdle, outcomesIn } from "./order-promises.js";
import { OrderShoppers } from "./order-shoppers.js";
import { type KnownWrongOrders, openScheduledOrders } from "./scheduled-orders.js";

/** The result of one seed. */
export type Run = {
  /** The broken promises, each with its mark. The run stops at the first one. */
  readonly broken: readonly string[];
  /** Everything that happened, in order. */
  readonly history: readonly string[];
  /** How its orders and payments ended. */
  readonly outcomes: readonly string[];
};

const orderTtlMs = 120_000;
const roundMs = 20_000;
/** Enough rounds for an order to expire and for a stalled order to be recovered. */
const maxRounds = 16;
const maxSteps = 600;
const maxStepsPerRound = 2000;

type Job = readonly [name: string, run: () => Promise<unknown>];

/** Simulates orders and payments. The seed decides the order of all backend calls, deliveries, requests and faults. */
class OrderSimulation {
  private readonly random: SeededRandom;
  private readonly ledger: OrderLedger;
  private readonly scheduler = new StepScheduler();
  private readonly clock = manualClock();
  private readonly bus: ShufflingBus;
  private readonly application: Application;
  private readonly shoppers: OrderShoppers;
  private readonly jobs: readonly Job[];
  private readonly settleMayFail: readonly string[];
  private activeRelays = 0;
  private checkedVersion = -1;
  private readonly history: string[] = [];
  private readonly broken: string[] = [];

  constructor(db: Database, ledger: OrderLedger, seed: number, wrong: KnownWrongOrders) {
    const { scheduler, clock } = this;
    this.random = new SeededRandom(seed);
    this.bus = new ShufflingBus(this.random);
    this.ledger = ledger;
    this.settleMayFail = wrong.settleMayFail ?? [];
    this.application = openScheduledOrders(db, { scheduler, clock, bus: this.bus, orderTtlMs }, wrong);
    ledger.clear();
    this.shoppers = new OrderShoppers(this.random, ledger, this.application);
    const { settleOpenPayments, expireOrders, recoverStalledOrders } = this.application;
    this.jobs = [
      ["relay", this.relay],
      ["settle", () => settleOpenPayments.execute()],
      ["expire", () => expireOrders.execute()],
      ["recover", () => recoverStalledOrders.execute()],
    ];
  }

  async run(): Promise<Run> {
    await this.bus.consume(choreograph(this.application));
    for (let steps = 0; steps < maxSteps && this.shoppers.hasMore && this.broken.length === 0; steps += 1)
      await this.step();
    if (this.broken.length === 0) await this.complete();
    return { broken: this.broken, history: this.history, outcomes: outcomesIn(this.ledger) };
  }

  /** Does one thing: runs a backend call, delivers events, sends a request, starts a job, or lets time pass. */
  private async step(): Promise<void> {
    const { random, scheduler, bus } = this;
    const isPaying = this.ledger.payments().some(isOpen);
    const actions: readonly (readonly [weight: number, act: () => Promise<void>])[] = [
      [scheduler.count > 0 ? 10 : 0, () => this.runNextCall((name) => this.outcomeOf(name))],
      [bus.deliverable > 0 ? 8 : 0, () => this.deliver()],
      [2.5, () => this.sendRequest()],
      [this.activeRelays < 2 && this.ledger.unsent() > 0 ? 2 : 0, () => this.start(["relay", this.relay])],
      [0.7, () => this.start(random.pick(this.jobs))],
      // Settles often and lets much time pass, because a silent provider is only asked again after a while.
      [isPaying ? 0.8 : 0, () => this.start(["settle", () => this.application.settleOpenPayments.execute()])],
      [isPaying ? 0.4 : 0, () => this.advance(16_000)],
      [0.5, () => this.advance(random.pick([1, 500, 1000, 1000, 3000, 3000, 8000, 40_000]))],
      [0.4, () => this.redeliver()],
      [0.04, () => this.record("crash", () => scheduler.crash())],
    ];
    let roll = random.next() * actions.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of actions) {
      roll -= weight;
      if (roll < 0) return act();
    }
  }

  /** Completes all started work, without new requests and faults, and checks the promises. */
  private async complete(): Promise<void> {
    for (let round = 0; round < maxRounds; round += 1) {
      await this.advance(roundMs);
      await this.redeliver();
      for (const job of this.jobs) await this.start(job);
      await this.runAllCalls();
      await this.start(["relay", this.relay]);
      await this.runAllCalls();
      if (this.broken.length > 0) return;
      if (isIdle(this.ledger, this.bus)) break;
    }
    this.broken.push(...brokenAtTheEnd(this.ledger, this.bus));
    this.history.push(JSON.stringify([this.ledger.orders(), this.ledger.payments(), this.ledger.stocks()]));
  }

  private async runAllCalls(): Promise<void> {
    for (let steps = 0; this.broken.length === 0; steps += 1) {
      const { scheduler, bus } = this;
      if (scheduler.count + bus.deliverable === 0 || steps === maxStepsPerRound) return;
      if (this.random.below(scheduler.count + bus.deliverable) < scheduler.count) await this.runNextCall(() => "ok");
      else await this.deliver();
    }
  }

  private async runNextCall(outcomeOf: (name: string) => StepOutcome): Promise<void> {
    this.history.push(await this.scheduler.runNext(this.random, outcomeOf));
    const { version } = this.ledger;
    if (version !== this.checkedVersion) this.broken.push(...brokenNow(this.ledger));
    this.checkedVersion = version;
    this.broken.push(...this.shoppers.wrongResponses.map((response) => `P1 ${response}`));
    this.broken.push(...this.bus.failures.map((failure) => `step ${failure}`));
  }

  private outcomeOf(name: string): StepOutcome {
    if (name === "timeout" || !this.random.chance(0.06)) return "ok";
    return this.random.pick(["unavailable", "response-lost", "response-lost", "crash-before", "crash-after"]);
  }

  private async deliver(): Promise<void> {
    const { what, processed } = this.bus.deliver();
    await this.follow(what, processed, []);
  }

  private async sendRequest(): Promise<void> {
    const attempt = this.shoppers.next();
    if (attempt !== undefined) await this.follow(attempt.what, attempt.send(), attempt.allowedCodes);
  }

  private async start([name, run]: Job): Promise<void> {
    await this.follow(name, run(), name === "settle" ? this.settleMayFail : []);
  }

  /** Records the start of some work, and its result if it ends. */
  private async follow(what: string, work: Promise<unknown>, allowedCodes: readonly string[]): Promise<void> {
    this.history.push(what);
    work.then(
      (result) => this.history.push(`${what} → ${typeof result === "string" ? result : "done"}`),
      (error: unknown) => {
        const code = error instanceof DomainError ? error.problem.code : "none";
        this.history.push(`${what} → ${error}`);
        if (code !== "engine-unavailable" && !allowedCodes.includes(code)) this.broken.push(`step ${what}: ${error}`);
      },
    );
    await flushPromises();
  }

  /** A relay that crashes counts as active until the next redelivery. */
  private readonly relay = async (): Promise<void> => {
    this.activeRelays += 1;
    await this.application.relayOutbox.execute().finally(() => {
      this.activeRelays -= 1;
    });
  };

  private redeliver(): Promise<void> {
    return this.record("redeliver", () => {
      this.activeRelays = 0;
      this.bus.redeliver();
    });
  }

  private advance(ms: number): Promise<void> {
    return this.record(`${ms} ms pass`, () => {
      this.clock.at += ms;
    });
  }

  private async record(what: string, act: () => void): Promise<void> {
    this.history.push(what);
    act();
  }
}

/** Simulates one seed; it clears the rows of the previous seed. */
export const simulateOrders = async (db: Database, seed: number, wrong: KnownWrongOrders = {}): Promise<Run> =>
  new OrderSimulation(db, await OrderLedger.of(db), seed, wrong).run();
