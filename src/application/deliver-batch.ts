import { type DomainEvent, keyOf } from "../domain/event.js";
import { isBackendUnavailable } from "../domain/problem.js";
import { attemptBatch, type FailedItem } from "./attempt-batch.js";
import type { Choreography, ConsumerGroup, Reaction } from "./choreography.js";

/** The outcome of a batch. Deliveries in neither list were held back and are still to do. */
export type BatchOutcome<D> = {
  readonly done: readonly D[];
  readonly failed: readonly FailedItem<D>[];
  /** The error of the backend that did not answer, if any: nothing was tried after it. */
  readonly unavailable?: unknown;
};

type WithEvent = { readonly event: DomainEvent };

/**
 * Delivers a batch to one group: together the events of one type, as far as the order per key allows, and in ever smaller
 * parts if that fails. An event that fails holds back the later events of its key only.
 */
export const deliverBatch = async <D extends WithEvent>(
  choreography: Choreography,
  group: ConsumerGroup,
  batch: readonly D[],
): Promise<BatchOutcome<D>> => {
  const done: D[] = [];
  const failed: FailedItem<D>[] = [];
  const failedKeys = new Set<string>();
  for (const run of runsOf(batch)) {
    const open = run.filter(({ event }) => !failedKeys.has(keyOf(event)));
    try {
      await attemptBatch(open, async (given) => {
        const part = given.filter(({ event }) => !failedKeys.has(keyOf(event)));
        const [first] = part;
        if (first === undefined) return;
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
    } catch (unavailable) {
      return { done, failed, unavailable };
    }
  }
  return { done, failed };
};

/** Splits a batch into as few runs of one type as keep the events of each key in order. */
const runsOf = <D extends WithEvent>(batch: readonly D[]): readonly (readonly D[])[] => {
  const runs: { readonly type: string; readonly items: D[] }[] = [];
  const lastRunOf = new Map<string, number>();
  for (const item of batch) {
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
