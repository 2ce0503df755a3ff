import type { Problem } from "../../../domain/problem.js";
import type { Meaning } from "../server/problem-meaning.js";

/** Problems of products, orders and payments. */
export const orderProblems = {
  "product-not-found": {
    status: 404,
    title: "No such product",
    meaning: "There is no product under this id.",
    advice: "Check the id against GET /api/v1/products.",
  },
  "stock-too-large": {
    status: 409,
    title: "Stock would be too large",
    meaning: "On hand and reserved together, the product may have 1,000,000,000 units; with this restock it had more.",
    advice: "Restock fewer; GET /api/v1/products/{productId}/audit shows where its units are.",
  },
  "order-not-found": {
    status: 404,
    title: "No such order",
    meaning: "There is no order under this id that is yours.",
    advice: "Check the id against GET /api/v1/orders, as the shopper who placed it.",
  },
  "order-too-large": {
    status: 422,
    title: "Order costs too much",
    meaning: "The lines together cost more than the greatest amount there is.",
    advice: "Order less at once.",
  },
  "order-not-cancellable": {
    status: 409,
    title: "Order cannot be cancelled",
    meaning: "The order is confirmed, or a payment of it is open.",
    advice: "While a payment is open, wait for what becomes of it: a declined one leaves the order as it was.",
  },
  "order-not-payable": {
    status: 409,
    title: "Order is not awaiting payment",
    meaning: "The order has no price yet, or is cancelled, or its time is over.",
    advice: "Follow links.events until the order is awaiting-payment, and pay before expiresAt.",
  },
  "payment-not-found": {
    status: 404,
    title: "No such payment",
    meaning: "There is no payment under this id that is yours.",
    advice: "Use the id that the payment was answered with, as the same shopper.",
  },
  "payment-declined": {
    status: 402,
    title: "Payment was declined",
    meaning: "The provider took no money, and never will for this payment.",
    advice: "Pay again with a new Idempotency-Key, perhaps by another method; the old key keeps this answer.",
  },
  "already-paid": {
    status: 409,
    title: "Paid already",
    meaning: "Another payment has paid for this.",
    advice: "Look at the order or reservation; nothing more is due.",
  },
  "payment-in-progress": {
    status: 409,
    title: "A payment is in progress",
    meaning: "Another payment for this is open, and its outcome is not known yet.",
    advice: "Wait for that payment's end; if it is declined, a new one may try.",
  },
  "amount-mismatch": {
    status: 422,
    title: "Amount is not what is due",
    meaning: "The amount sent is not the one to be paid, which amount names.",
    advice: "Show the shopper the amount due; if they agree, pay that.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "Idempotency key was used before",
    meaning: "You sent this Idempotency-Key with another body before, and keys are kept for ever.",
    advice: "Use a new key for a new payment; send the very same body to retry one.",
  },
} satisfies Partial<Record<Problem["code"], Meaning>>;
