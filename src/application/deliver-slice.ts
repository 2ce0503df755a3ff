import { type DomainEvent, keyOf } from "../domain/event.js";
import { isBackendUnavailable } from "../domain/problem.js";
import { attemptSlice, type Failure } from "./attempt-slice.js";
import type { Choreography, ConsumerGroup, Reaction } from "./choreography.js";

/** Tries that an event gets while every engine answers; then it is parked. */
export const mostTries = 8;

/** What became of a slice; deliveries that are in neither list were held back and are still to do. */
export type Delivered<D> = {
  readonly done: readonly D[];
  readonly failed: readonly Failure<D>[];
  /** The engine that was away, where one was: then nothing more was tried. */
  readonly away?: unknown;
};

type Delivery = { readonly event: DomainEvent };

/**
 * Brings a slice to one group: all events of one type at once where the order per key allows it, one by one where
 * that fails. An event that fails holds back the later ones of its key, and no other.
 */
export const deliverSlice = async <D extends Delivery>(
  choreography: Choreography,
  group: ConsumerGroup,
  slice: readonly D[],
): Promise<Delivered<D>> => {
  const done: D[] = [];
  const failed: Failure<D>[] = [];
  const failedKeys = new Set<string>();
  for (const run of runsOf(slice)) {
    const open = run.filter(({ event }) => !failedKeys.has(keyOf(event)));
    try {
      await attemptSlice(open, async (part) => {
        const [first] = part;
        if (first === undefined || failedKeys.has(keyOf(first.event))) return;
        try {
          const events = part.map(({ event }) => event);
          const reaction = choreography[first.event.type][group] as Reaction | undefined;
          await reaction?.execute(events);
          done.push(...part);
        } catch (error) {
          if (part.length === 1 && !isBackendUnavailable(error)) {
            failed.push({ item: first, error });
            failedKeys.add(keyOf(first.event));
          }
          throw error;
        }
      });
    } catch (away) {
      return { done, failed, away };
    }
  }
  return { done, failed };
};

/** As few runs of one type as keep the events of each key in order. */
const runsOf = <D extends Delivery>(slice: readonly D[]): readonly (readonly D[])[] => {
  const runs: { readonly type: string; readonly items: D[] }[] = [];
  const lastRunOf = new Map<string, number>();
  for (const item of slice) {
    const { type } = item.event;
    const key = keyOf(item.event);
    const earliest = lastRunOf.get(key) ?? 0;
    const found = runs.findIndex((run, index) => index >= earliest && run.type === type);
    const index = found >= 0 ? found : runs.push({ type, items: [] }) - 1;
    runs[index]?.items.push(item);
    lastRunOf.set(key, index);
  }
  return runs.map(({ items }) => items);
};
