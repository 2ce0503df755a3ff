import { expect } from "vitest";
import type { Client } from "../../bench/rehearsal/client.js";
import { type Drop, type DropOptions, runDrop } from "../../bench/rehearsal/drop.js";
import { judge } from "../../bench/rehearsal/promises.js";

/** What befalls a service once so many shoppers are through. */
export type Blow = { readonly after: number; readonly strike: () => Promise<unknown> };

/** Lets shoppers rush a coupon while the blows fall; rejects where one of those cannot be struck. */
export const rushUnder = async (
  client: Client,
  options: Partial<DropOptions> & Pick<DropOptions, "shoppers" | "coupons">,
  blows: readonly Blow[],
): Promise<Drop> => {
  const due = [...blows];
  let struck: Promise<unknown> = Promise.resolve();
  const drop = await runDrop(client, { twice: 0.3, reconnecting: 0.1, ...options }, (done) => {
    while ((due[0]?.after ?? Number.POSITIVE_INFINITY) <= done) {
      const blow = due.shift();
      struck = struck.then(() => blow?.strike());
      struck.catch(() => {}); // met below, when the shoppers have gone
    }
  });
  await struck;
  expect(due).toEqual([]);
  return drop;
};

/** A rush in which nothing breaks keeps every promise. */
export const expectPromises = async (client: Client, shoppers: number, coupons: number): Promise<void> => {
  const drop = await rushUnder(client, { shoppers, coupons }, []);
  const { broken } = await judge(client, drop, { shoppers, coupons });
  expect(broken).toEqual([]);
};

/**
 * A rush under blows keeps every promise too. What was given back meanwhile goes to whoever claims next (C4), so a few
 * more shoppers come when it is over, and they are judged with the others.
 */
export const expectPromisesUnder = async (
  client: Client,
  options: { readonly shoppers: number; readonly coupons: number; readonly couponId: string },
  blows: readonly Blow[],
): Promise<void> => {
  const drop = await rushUnder(client, options, blows);
  const late = await rushUnder(client, { ...options, shoppers: options.coupons, shopperPrefix: "late" }, []);
  const visits = [...drop.visits, ...late.visits];
  const { broken } = await judge(client, { ...drop, visits }, { ...options, disturbed: true });
  expect(broken).toEqual([]);
};
