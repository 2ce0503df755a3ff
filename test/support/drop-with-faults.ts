import { expect } from "vitest";
import type { Client } from "../../bench/rehearsal/client.js";
import { type Drop, type DropOptions, runDrop } from "../../bench/rehearsal/drop.js";
import { checkDrop } from "../../bench/rehearsal/drop-promises.js";

/** A fault that is injected when `after` shoppers are done. */
export type Fault = { readonly after: number; readonly inject: () => Promise<unknown> };

/** Runs a drop and injects the faults one after another. Rejects if an injection fails. */
export const runDropWithFaults = async (
  client: Client,
  options: Partial<DropOptions> & Pick<DropOptions, "shoppers" | "coupons">,
  faults: readonly Fault[],
): Promise<Drop> => {
  const remaining = [...faults];
  let injected: Promise<unknown> = Promise.resolve();
  const drop = await runDrop(client, { twice: 0.3, reconnecting: 0.1, ...options }, (done) => {
    while ((remaining[0]?.after ?? Number.POSITIVE_INFINITY) <= done) {
      const fault = remaining.shift();
      injected = injected.then(() => fault?.inject());
      injected.catch(() => {}); // the error is thrown below, after the drop
    }
  });
  await injected;
  expect(remaining).toEqual([]);
  return drop;
};

/** Runs a drop without faults and expects that all promises are kept. */
export const expectDropKeepsPromises = async (client: Client, shoppers: number, coupons: number): Promise<void> => {
  const drop = await runDropWithFaults(client, { shoppers, coupons }, []);
  const { broken } = await checkDrop(client, drop, { shoppers, coupons });
  expect(broken).toEqual([]);
};

/**
 * Runs a drop with faults and expects that all promises are kept. A place that was given back goes to the next shopper who
 * claims (C4), so a few more shoppers claim after the drop and are checked with the others.
 */
export const expectDropSurvives = async (
  client: Client,
  options: { readonly shoppers: number; readonly coupons: number; readonly couponId: string },
  faults: readonly Fault[],
): Promise<void> => {
  const drop = await runDropWithFaults(client, options, faults);
  const lateOptions = { ...options, shoppers: options.coupons, shopperPrefix: "late" };
  const late = await runDropWithFaults(client, lateOptions, []);
  const visits = [...drop.visits, ...late.visits];
  const { broken } = await checkDrop(client, { ...drop, visits }, { ...options, disturbed: true });
  expect(broken).toEqual([]);
};
