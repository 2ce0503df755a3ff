import type { Database } from "../../src/adapters/sql/database.js";
import { choreograph } from "../../src/application/choreography.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import { isOpen } from "../../src/domain/payment.js";
import { DomainError } from "../../src/domain/problem.js";
import { standingClock } from "../support/drop.js";
import { OrderLedger } from "../support/order-ledger.js";
import { SeededRandom } from "../support/seeded-random.js";
import { ShufflingBus } from "../support/shuffling-bus.js";
import { type Fate, settled, Turns } from "../support/turns.js";
import { brokenAtTheEnd, brokenNow, endsIn, isQuiet } from "./order-promises.js";
import { OrderShoppers } from "./order-shoppers.js";
import { openOrdersInTurns, type Twins } from "./orders-in-turns.js";

/** What became of a seed. */
export type Run = {
  /** Promises that did not hold, by their marks; then the run ended at once. */
  readonly broken: readonly string[];
  /** All that happened, in order. */
  readonly history: readonly string[];
  /** How its orders and payments ended. */
  readonly ends: readonly string[];
};

const orderTtlMs = 120_000;
/** As long as an order may live, a standstill on top of it, and some. */
const mostRounds = 16;
const roundMs = 20_000;
const mostSteps = 600;
const mostStepsARound = 2000;

/** Orders, payments and their undoing, with every engine call a turn of its own that the seed chooses. */
class OrderSimulation {
  private readonly random: SeededRandom;
  private readonly ledger: OrderLedger;
  private readonly turns = new Turns();
  private readonly clock = standingClock();
  private readonly bus: ShufflingBus;
  private readonly application: Application;
  private readonly shoppers: OrderShoppers;
  private readonly jobs: readonly (readonly [string, () => Promise<unknown>])[];
  private readonly settleMayFail: readonly string[];
  private relays = 0;
  private checkedAt = -1;
  private readonly history: string[] = [];
  private readonly broken: string[] = [];

  constructor(db: Database, ledger: OrderLedger, seed: number, twins: Twins) {
    const { turns, clock } = this;
    this.random = new SeededRandom(seed);
    this.bus = new ShufflingBus(this.random);
    this.ledger = ledger;
    this.settleMayFail = twins.settleMayFail ?? [];
    this.application = openOrdersInTurns(db, { turns, clock, bus: this.bus, orderTtlMs }, twins);
    ledger.clear();
    this.shoppers = new OrderShoppers(this.random, ledger, this.application);
    const { settleOpenPayments, expireOrders, recoverStalledOrders } = this.application;
    this.jobs = [
      ["relay", this.relay],
      ["settle", () => settleOpenPayments.execute()],
      ["expire", () => expireOrders.execute()],
      ["revive", () => recoverStalledOrders.execute()],
    ];
  }

  async run(): Promise<Run> {
    await this.bus.consume(choreograph(this.application));
    for (let steps = 0; steps < mostSteps && this.shoppers.wantMore && this.broken.length === 0; steps += 1)
      await this.step();
    if (this.broken.length === 0) await this.calm();
    return { broken: this.broken, history: this.history, ends: endsIn(this.ledger) };
  }

  /** One thing happens: a turn, a delivery, a request, a job, or time passes. */
  private async step(): Promise<void> {
    const { random, turns, bus } = this;
    const isPaying = this.ledger.payments().some(isOpen);
    const happenings: readonly (readonly [weight: number, happens: () => Promise<void>])[] = [
      [turns.count > 0 ? 10 : 0, () => this.turn((what) => this.fateOf(what))],
      [bus.deliverable > 0 ? 8 : 0, () => this.deliver()],
      [2.5, () => this.ask()],
      [this.relays < 2 && this.ledger.unsent() > 0 ? 2 : 0, () => this.begin(["relay", this.relay])],
      [0.7, () => this.begin(random.pick(this.jobs))],
      // Silence is long, and more than one node may be done with it.
      [isPaying ? 0.8 : 0, () => this.begin(["settle", () => this.application.settleOpenPayments.execute()])],
      [isPaying ? 0.4 : 0, () => this.pass(16_000)],
      [0.5, () => this.pass(random.pick([1, 500, 1000, 1000, 3000, 3000, 8000, 40_000]))],
      [0.4, () => this.bringBack()],
      [0.04, () => this.note("crash", () => turns.dropAll())],
    ];
    let roll = random.next() * happenings.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, happens] of happenings) {
      roll -= weight;
      if (roll < 0) return happens();
    }
  }

  /** No more requests and no more faults: all that was begun must now come to its end. */
  private async calm(): Promise<void> {
    for (let round = 0; round < mostRounds; round += 1) {
      await this.pass(roundMs);
      await this.bringBack();
      for (const job of this.jobs) await this.begin(job);
      await this.comeToRest();
      await this.begin(["relay", this.relay]);
      await this.comeToRest();
      if (this.broken.length > 0) return;
      if (isQuiet(this.ledger, this.bus)) break;
    }
    this.broken.push(...brokenAtTheEnd(this.ledger, this.bus));
    this.history.push(JSON.stringify([this.ledger.orders(), this.ledger.payments(), this.ledger.stocks()]));
  }

  private async comeToRest(): Promise<void> {
    for (let steps = 0; this.broken.length === 0; steps += 1) {
      const { turns, bus } = this;
      if (turns.count + bus.deliverable === 0 || steps === mostStepsARound) return;
      if (this.random.below(turns.count + bus.deliverable) < turns.count) await this.turn(() => "well");
      else await this.deliver();
    }
  }

  private async turn(fateOf: (what: string) => Fate): Promise<void> {
    this.history.push(await this.turns.play(this.random, fateOf));
    const { version } = this.ledger;
    if (version !== this.checkedAt) this.broken.push(...brokenNow(this.ledger));
    this.checkedAt = version;
    this.broken.push(...this.shoppers.lies.map((lie) => `P1 ${lie}`));
    this.broken.push(...this.bus.failures.map((failure) => `step ${failure}`));
  }

  private fateOf(what: string): Fate {
    if (what === "timeout" || !this.random.chance(0.06)) return "well";
    return this.random.pick(["refused", "unheard", "unheard", "dies-before", "dies-after"]);
  }

  private async deliver(): Promise<void> {
    const { what, reacted } = this.bus.deliver();
    await this.follow(what, reacted, []);
  }

  private async ask(): Promise<void> {
    const attempt = this.shoppers.next();
    if (attempt !== undefined) await this.follow(attempt.what, attempt.make(), attempt.mayBeRefused);
  }

  private async begin([name, job]: readonly [string, () => Promise<unknown>]): Promise<void> {
    await this.follow(name, job(), name === "settle" ? this.settleMayFail : []);
  }

  /** Notes that it begins, and how it ends, if it does. */
  private async follow(what: string, doing: Promise<unknown>, mayBeRefused: readonly string[]): Promise<void> {
    this.history.push(what);
    doing.then(
      (answer) => this.history.push(`${what} → ${typeof answer === "string" ? answer : "done"}`),
      (error: unknown) => {
        const code = error instanceof DomainError ? error.problem.code : "none";
        this.history.push(`${what} → ${error}`);
        if (code !== "engine-unavailable" && !mayBeRefused.includes(code)) this.broken.push(`step ${what}: ${error}`);
      },
    );
    await settled();
  }

  /** One that dies counts as at work until somebody notices. */
  private readonly relay = async (): Promise<void> => {
    this.relays += 1;
    await this.application.relayOutbox.execute().finally(() => {
      this.relays -= 1;
    });
  };

  private bringBack(): Promise<void> {
    return this.note("bring back", () => {
      this.relays = 0;
      this.bus.bringBack();
    });
  }

  private pass(ms: number): Promise<void> {
    return this.note(`${ms} ms pass`, () => {
      this.clock.at += ms;
    });
  }

  private async note(what: string, happens: () => void): Promise<void> {
    this.history.push(what);
    happens();
  }
}

/** Runs one seed, over whatever the last one has left. */
export const simulateOrders = async (db: Database, seed: number, twins: Twins = {}): Promise<Run> =>
  new OrderSimulation(db, await OrderLedger.of(db), seed, twins).run();
