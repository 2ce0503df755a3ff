import type { OrderTable } from "../../application/ports/order-table.js";
import type { OrderId } from "../../domain/ids.js";
import type { Order } from "../../domain/order.js";
import { insertIfNew, insertRows } from "./insert-rows.js";
import { changingColumns, fixedColumns, type OrderRecord, orderOf, recordOf } from "./order-record.js";
import { lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

const columns = [...fixedColumns, ...changingColumns];
const valuesOf = (order: Order) => Object.values(recordOf(order));

/** Orders, in one transaction. */
export class SqlOrderTable implements OrderTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  add(order: Order): Promise<boolean> {
    return insertIfNew(this.trx, "orders", recordOf(order));
  }

  async find(orderId: OrderId): Promise<Order | undefined> {
    const [row] = await selectRows<OrderRecord>(this.trx, "SELECT * FROM orders WHERE order_id = ?", [orderId]);
    return row && orderOf(row);
  }

  async lock(orderIds: readonly OrderId[]): Promise<readonly Order[]> {
    const rows = await lockRows<OrderRecord>(this.trx, "SELECT * FROM orders WHERE order_id IN (?) ORDER BY order_id", [
      orderIds,
    ]);
    return rows.map(orderOf);
  }

  /** Writes as an upsert of existing rows: one statement that sets different values per row. */
  async save(orders: readonly Order[]): Promise<void> {
    await insertRows(this.trx, "orders", columns, orders.map(valuesOf), {
      unique: "order_id",
      overwrite: changingColumns,
    });
  }
}
