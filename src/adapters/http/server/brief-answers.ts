import { LRUCache } from "lru-cache";
import type { Clock } from "../../../application/ports/clock.js";
import type { EpochMs } from "../../../domain/time.js";

/** How old an answer may be, counted from when its making began. */
const recentMs = 500;
const mostAnswers = 256;

type Brief<T> = { readonly at: EpochMs; readonly answer: Promise<T>; isPending: boolean };

/** Answers that are made once for all who ask within half a second, under a bounded number of names. */
export class BriefAnswers<T> {
  private readonly kept = new LRUCache<string, Brief<T>>({ max: mostAnswers });
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The answer under the name if it is recent, or being made; else a new one. One that failed is not kept. */
  recent(name: string, make: () => Promise<T>): Promise<T> {
    const brief = this.kept.get(name);
    return brief !== undefined && (brief.isPending || this.isRecent(brief)) ? brief.answer : this.renewed(name, make);
  }

  /** A new answer, which those who ask after this get as well. */
  renewed(name: string, make: () => Promise<T>): Promise<T> {
    const brief: Brief<T> = { at: this.clock.now(), answer: make(), isPending: true };
    this.kept.set(name, brief);
    brief.answer.then(
      () => {
        brief.isPending = false;
      },
      () => {
        if (this.kept.peek(name) === brief) this.kept.delete(name);
      },
    );
    return brief.answer;
  }

  /** A clock that was put back makes nothing last longer. */
  private isRecent({ at }: Brief<T>): boolean {
    return Math.abs(this.clock.now() - at) < recentMs;
  }
}
