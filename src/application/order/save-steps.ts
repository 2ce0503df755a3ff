import type { OrderId } from "../../domain/ids.js";
import type { OrderStep } from "../../domain/order.js";
import type { Transaction } from "../ports/transaction.js";

/** Writes what steps changed of locked orders, and their events with it. Answers which orders changed. */
export const saveSteps = async (tx: Transaction, steps: readonly OrderStep[]): Promise<readonly OrderId[]> => {
  const changed = steps.filter(({ events }) => events.length > 0);
  if (changed.length === 0) return [];
  await tx.orders.save(changed.map(({ order }) => order));
  await tx.outbox.add(changed.flatMap(({ events }) => events));
  return changed.map(({ order }) => order.orderId);
};
