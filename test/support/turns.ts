import type { Timeout } from "../../src/application/ports/timeout.js";
import { DomainError } from "../../src/domain/problem.js";
import type { SeededRandom } from "./seeded-random.js";

/**
 * What befalls a turn. `refused`: the engine is away; `unheard`: it has done its work, and the answer is lost;
 * `dies-before` and `dies-after`: so does the process that asked, before the work or after it.
 */
export type Fate = "well" | "refused" | "unheard" | "dies-before" | "dies-after";

type Turn = { readonly what: string; readonly play: (fate: Fate) => Promise<void> };

const away = () => new DomainError({ code: "engine-unavailable", engine: "database" });

/**
 * Lets everything that touches an engine happen one after the other, in the order that a seed chooses. Whoever asks
 * waits for its turn, so any two of them can be interleaved at every such point, and two runs are alike.
 */
export class Turns {
  private readonly waiting: Turn[] = [];

  get count(): number {
    return this.waiting.length;
  }

  /** Does the work when it is chosen. */
  take<T>(what: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const play = async (fate: Fate) => {
        if (fate === "dies-before") return;
        if (fate === "refused") return reject(away());
        try {
          const answer = await work();
          if (fate === "well") resolve(answer);
          if (fate === "unheard") reject(away());
        } catch (error) {
          if (fate !== "dies-after") reject(error);
        }
      };
      this.waiting.push({ what, play });
    });
  }

  /** The same port, each of whose calls waits for its turn. */
  taken<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, method) => {
        const call: unknown = Reflect.get(target, method);
        return typeof call === "function"
          ? (...asked: unknown[]) => this.take(`${name}.${String(method)}`, async () => call.apply(target, asked))
          : call;
      },
    });
  }

  /** Is over when it is chosen, unless the work is done before. */
  readonly timeout: Timeout = (work) =>
    new Promise((resolve, reject) => {
      const late: Turn = { what: "timeout", play: async () => resolve("late") };
      this.waiting.push(late);
      const heard = () => {
        const at = this.waiting.indexOf(late);
        if (at >= 0) this.waiting.splice(at, 1);
      };
      work.then(resolve, reject).finally(heard);
    });

  /** Plays one turn and lets all that follows from it happen, up to whatever next waits; answers what it was. */
  async play(random: SeededRandom, fateOf: (what: string) => Fate): Promise<string> {
    const { what, play } = random.draw(this.waiting);
    const fate = fateOf(what);
    await play(fate);
    await settled();
    return `${what} ${fate}`;
  }

  /** Every turn that waits dies: so does the process, and nobody hears of what it asked. */
  dropAll(): void {
    this.waiting.length = 0;
  }
}

/** Once every promise that could be kept without an engine has been kept. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
