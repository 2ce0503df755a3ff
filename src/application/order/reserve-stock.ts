import { awaitsStock, reserve } from "../../domain/order.js";
import { allocate, movesOf } from "../../domain/product.js";
import { type Decide, OrderStep } from "./order-step.js";

/** Reserves the stock of placed orders, all lines or none. Orders that were placed earlier are served first. */
export class ReserveStock extends OrderStep<"order.placed"> {
  protected override readonly decide: Decide = async (tx, orders, now) => {
    const placed = orders.filter(awaitsStock).sort((a, b) => a.placedAt - b.placedAt);
    const baskets = placed.map(({ lines }) => lines);
    const onHand = await tx.products.lock([...new Set(baskets.flat().map(({ productId }) => productId))]);
    const enough = allocate(baskets, onHand);
    const reserved = movesOf(
      "reserve",
      baskets.filter((_, n) => enough[n]),
    );
    if (!(await tx.products.move(reserved))) throw new Error("locked stock is missing");
    return placed.map((order, n) => reserve(order, enough[n] === true, now));
  };
}
