import type { OrderId } from "../../domain/ids.js";
import type { Order } from "../../domain/order.js";

/** Orders inside a transaction. An order changes only while its row is locked. */
export interface OrderTable {
  /** Inserts the order. Returns `false` if the id is in use. */
  add(order: Order): Promise<boolean>;
  /** Reads an order without a lock. */
  find(orderId: OrderId): Promise<Order | undefined>;
  /** Locks the rows in id order, and reads those that exist. */
  lock(orderIds: readonly OrderId[]): Promise<readonly Order[]>;
  /** Writes the current state of locked orders in one statement. */
  save(orders: readonly Order[]): Promise<void>;
}
