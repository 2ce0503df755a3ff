import type { OrderId } from "../../domain/ids.js";
import type { Order } from "../../domain/order.js";

/** Orders inside a transaction; what is decided of an order is decided while its row is locked. */
export interface OrderTable {
  /** `false` where the id is taken. */
  add(order: Order): Promise<boolean>;
  /** Locks the rows, in id order, and reads those that exist. */
  lock(orderIds: readonly OrderId[]): Promise<readonly Order[]>;
  /** Writes locked orders as they stand now, in one statement. */
  save(orders: readonly Order[]): Promise<void>;
}
