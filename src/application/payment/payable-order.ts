import type { TimeZone } from "../../domain/business-day.js";
import type { UserId } from "../../domain/ids.js";
import { confirm, type Order, releasePayment, startPayment } from "../../domain/order.js";
import { type Payment, paymentConfirmed } from "../../domain/payment.js";
import { movesOf } from "../../domain/product.js";
import { productSold, salesOf } from "../../domain/sale.js";
import type { EpochMs } from "../../domain/time.js";
import { cancelLocked } from "../order/cancel-orders.js";
import { saveChanges } from "../order/order-step.js";
import type { Transaction } from "../ports/transaction.js";
import type { Payable } from "./payables.js";

/** A locked order, as something to pay for. */
export class PayableOrder implements Payable {
  private readonly tx: Transaction;
  private order: Order;
  private readonly zone: TimeZone;

  constructor(tx: Transaction, order: Order, zone: TimeZone) {
    this.tx = tx;
    this.order = order;
    this.zone = zone;
  }

  get userId(): UserId {
    return this.order.userId;
  }

  async begin({ paymentId, amount }: Payment, now: EpochMs): Promise<void> {
    this.order = startPayment(this.order, paymentId, amount, now);
    await this.tx.orders.save([this.order]);
  }

  /** Confirms the order: its stock is sold, its lines are sales, and who listens hears of all of it. */
  async confirm(payment: Payment, now: EpochMs): Promise<void> {
    const { order, events } = confirm(this.order, payment.paymentId, now);
    if (events.length === 0) return;
    const { orders, products, sales, outbox } = this.tx;
    await orders.save([order]);
    if (!(await products.move(movesOf("sell", [order.lines])))) throw new Error("reserved stock to sell is missing");
    const sold = salesOf(order.orderId, order.lines, now, this.zone);
    await sales.add(sold);
    await outbox.add([paymentConfirmed(payment, now), ...events, ...sold.map((sale) => productSold(sale, now))]);
  }

  async release({ paymentId }: Payment, now: EpochMs): Promise<void> {
    const { order, expired } = releasePayment(this.order, paymentId, now);
    if (order === this.order) return;
    await this.tx.orders.save([order]);
    if (expired) await saveChanges(this.tx, await cancelLocked(this.tx, [order], "expired", now));
  }
}
