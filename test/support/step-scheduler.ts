import type { Timeout } from "../../src/application/ports/timeout.js";
import { DomainError } from "../../src/domain/problem.js";
import { flushPromises } from "./flush-promises.js";
import type { SeededRandom } from "./seeded-random.js";

/**
 * How a step ends. `unavailable`: the backend does nothing and the call fails. `response-lost`: the backend does its work
 * and the call fails. `crash-before` and `crash-after`: the calling process dies before or after the backend's work, so
 * the call never returns.
 */
export type StepOutcome = "ok" | "unavailable" | "response-lost" | "crash-before" | "crash-after";

type Step = { readonly name: string; readonly run: (outcome: StepOutcome) => Promise<void> };

const unavailable = () => new DomainError({ code: "engine-unavailable", engine: "database" });

/**
 * Runs backend calls one at a time in the order that a seed chooses. A call waits until it is chosen, so any two callers
 * can be interleaved at every call, and a seed always produces the same run.
 */
export class StepScheduler {
  private readonly waiting: Step[] = [];

  /** The number of calls that wait. */
  get count(): number {
    return this.waiting.length;
  }

  /** Adds a call, which runs when it is chosen. */
  schedule<T>(name: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = async (outcome: StepOutcome) => {
        if (outcome === "crash-before") return;
        if (outcome === "unavailable") return reject(unavailable());
        try {
          const result = await work();
          if (outcome === "ok") resolve(result);
          if (outcome === "response-lost") reject(unavailable());
        } catch (error) {
          if (outcome !== "crash-after") reject(error);
        }
      };
      this.waiting.push({ name, run });
    });
  }

  /** Returns the port with every method scheduled. */
  scheduledPort<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, method) => {
        const call: unknown = Reflect.get(target, method);
        return typeof call === "function"
          ? (...args: unknown[]) => this.schedule(`${name}.${String(method)}`, async () => call.apply(target, args))
          : call;
      },
    });
  }

  /** A timeout that expires when it is chosen, unless the work ends before. */
  readonly timeout: Timeout = (work) =>
    new Promise((resolve, reject) => {
      const expiry: Step = { name: "timeout", run: async () => resolve("late") };
      this.waiting.push(expiry);
      const removeExpiry = () => {
        const index = this.waiting.indexOf(expiry);
        if (index >= 0) this.waiting.splice(index, 1);
      };
      work.then(resolve, reject).finally(removeExpiry);
    });

  /** Runs one call and everything that follows from it up to the next calls. Returns its name and outcome. */
  async runNext(random: SeededRandom, outcomeOf: (name: string) => StepOutcome): Promise<string> {
    const { name, run } = random.draw(this.waiting);
    const outcome = outcomeOf(name);
    await run(outcome);
    await flushPromises();
    return `${name} ${outcome}`;
  }

  /** Drops all waiting calls, as when the process crashes. */
  crash(): void {
    this.waiting.length = 0;
  }
}
