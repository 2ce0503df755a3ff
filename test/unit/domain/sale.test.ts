import { describe, expect, it } from "vitest";
import type { BusinessDay, TimeZone } from "../../../src/domain/business-day.js";
import type { OrderId, ProductId, SaleId } from "../../../src/domain/ids.js";
import { saleIdPattern } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import type { OrderLine } from "../../../src/domain/order-items.js";
import { bookingOf, productSold, type Sale, salesOf } from "../../../src/domain/sale.js";
import type { EpochMs } from "../../../src/domain/time.js";

const line = (id: string, quantity: number, unitPrice: number): OrderLine => ({
  productId: id as ProductId,
  quantity,
  unitPrice: unitPrice as Money,
});
const seoul = "Asia/Seoul" as TimeZone;
const justBefore = Date.UTC(2026, 10, 21, 14, 59, 59, 999) as EpochMs;

describe("salesOf", () => {
  const sales = salesOf("o" as OrderId, [line("a", 2, 100), line("b", 1, 55)], justBefore, seoul);

  it("returns one sale per line, at the line's price, with an id made of the order's and the product's id", () => {
    expect(sales).toEqual([
      {
        saleId: "order:o:a",
        productId: "a",
        quantity: 2,
        unitPrice: 100,
        occurredAt: justBefore,
        businessDay: "2026-11-21",
      },
      {
        saleId: "order:o:b",
        productId: "b",
        quantity: 1,
        unitPrice: 55,
        occurredAt: justBefore,
        businessDay: "2026-11-21",
      },
    ]);
    for (const { saleId } of sales) expect(saleId).toMatch(saleIdPattern);
  });

  it("uses the business day of the time zone: at midnight in Seoul it is the next day in Seoul only", () => {
    const midnight = (justBefore + 1) as EpochMs;
    const day = (zone: string) =>
      salesOf("o" as OrderId, [line("a", 1, 1)], midnight, zone as TimeZone)[0]?.businessDay;
    expect(day("Asia/Seoul")).toBe("2026-11-22");
    expect(day("UTC")).toBe("2026-11-21");
  });

  it("become events with the time as text and the sale's id", () => {
    expect(productSold(sales[0] as (typeof sales)[number], justBefore)).toEqual({
      id: "product.sold:order:o:a",
      type: "product.sold",
      at: "2026-11-21T14:59:59.999Z",
      data: {
        saleId: "order:o:a",
        productId: "a",
        quantity: 2,
        unitPrice: 100,
        occurredAt: "2026-11-21T14:59:59.999Z",
        businessDay: "2026-11-21",
      },
    });
  });
});

describe("the booking of a batch of sales", () => {
  const sale = (productId: string, businessDay: string, quantity: number, unitPrice: number): Sale => ({
    saleId: `${productId} ${businessDay} ${quantity} ${unitPrice}` as SaleId,
    productId: productId as ProductId,
    quantity,
    unitPrice: unitPrice as Money,
    occurredAt: justBefore,
    businessDay: businessDay as BusinessDay,
  });

  it("adds quantities and revenues at the price of each sale, in key order", () => {
    const booking = bookingOf([
      sale("b", "2026-11-21", 1, 500),
      sale("a", "2026-11-22", 3, 10),
      sale("b", "2026-11-21", 2, 400),
      sale("a", "2026-11-21", 4, 7),
    ]);
    expect(booking.days).toEqual([
      { productId: "a", businessDay: "2026-11-21", quantity: 4, revenue: 28n },
      { productId: "a", businessDay: "2026-11-22", quantity: 3, revenue: 30n },
      { productId: "b", businessDay: "2026-11-21", quantity: 3, revenue: 1300n },
    ]);
    expect(booking.totals).toEqual([
      { productId: "a", quantity: 7 },
      { productId: "b", quantity: 3 },
    ]);
  });

  it("is empty for no sales", () => {
    expect(bookingOf([])).toEqual({ days: [], totals: [] });
  });
});
