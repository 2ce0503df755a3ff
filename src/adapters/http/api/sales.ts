import { z } from "zod";
import type { RecordSale, ReportedSale } from "../../../application/sales/record-sale.js";
import type { ProductId, SaleId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { EdgeProblem } from "../server/problem-json.js";
import type { ProblemEntries } from "../server/problems.js";
import { type Route, route } from "../server/route.js";
import {
  arrayOf,
  component,
  countSchema,
  fromTime,
  idSchema,
  integer,
  moneySchema,
  plannedTime,
} from "../server/schemas.js";

const maxSales = 100;
const maxUnits = 1000;
const bodyLimitBytes = 64 * 1024;

const saleSchema = component(
  "ReportedSale",
  z.strictObject({
    saleId: idSchema,
    productId: idSchema,
    quantity: integer(1, maxUnits),
    unitPrice: moneySchema,
    occurredAt: plannedTime("At most 5 minutes from now. Default: now").optional(),
  }),
);
const salesSchema = component("ReportedSales", z.strictObject({ sales: arrayOf(saleSchema, 1, maxSales) }));
const recordedSchema = component(
  "RecordedSales",
  z.strictObject({
    accepted: countSchema.describe("Sales that are new"),
    known: countSchema.describe("Sales whose saleId was reported before; they changed nothing"),
  }),
);

export const salesProblems = {
  "sale-in-future": {
    status: 400,
    title: "Sale is in the future",
    meaning: "The time of a sale may be at most 5 minutes ahead of this service. No sale of the request was recorded.",
    advice: "Correct occurredAt, or the clock that it comes from, and send the whole request again.",
  },
} satisfies Partial<ProblemEntries>;

/** Reported sales have the namespace `shop`, so their ids never collide with those of orders' lines. */
const saleOf = ({ saleId, productId, occurredAt, ...sale }: z.infer<typeof saleSchema>): ReportedSale => ({
  ...sale,
  saleId: `shop:${saleId}` as SaleId,
  productId: productId as ProductId,
  occurredAt: occurredAt === undefined ? null : fromTime(occurredAt),
});

/** Rethrows a problem of one sale with a pointer to that sale. */
const withPointer = (error: unknown): never => {
  const problem = error instanceof DomainError ? error.problem : undefined;
  if (problem?.code === "sale-in-future") {
    const pointer = `#/sales/${problem.index}/occurredAt`;
    const detail = `must be ${problem.latest} or earlier, but is ${problem.occurredAt}`;
    throw new EdgeProblem(problem.code, { detail: `${pointer} ${detail}`, facts: { errors: [{ pointer, detail }] } });
  }
  if (problem?.code === "product-not-found" && problem.index !== undefined) {
    const { code, productId, index } = problem;
    const pointer = `#/sales/${index}/productId`;
    const detail = `must be the id of a product, but is ${JSON.stringify(productId)}`;
    throw new EdgeProblem(code, {
      detail: `${pointer} ${detail}`,
      facts: { productId, errors: [{ pointer, detail }] },
    });
  }
  throw error;
};

/** Sales of shops that keep their own orders. */
export const saleRoutes = ({ recordSale }: { readonly recordSale: RecordSale }): readonly Route[] => [
  route({
    method: "POST",
    path: "/sales",
    access: "service",
    summary: "Report sales",
    description:
      "All sales of the request are recorded, or none; then errors names the sale that was rejected. A saleId counts " +
      "once, forever: a repeated one changes nothing, even with other values.",
    body: salesSchema,
    bodyLimit: bodyLimitBytes,
    example: {
      sales: [
        { saleId: "till-1001", productId: "lamp", quantity: 1, unitPrice: 39000, occurredAt: "2026-06-30T03:00:00Z" },
      ],
    },
    responses: { 202: recordedSchema },
    problems: ["product-not-found", "sale-in-future", "engine-unavailable"],
    async handle({ body: { sales } }) {
      const { accepted, known } = await recordSale.execute(sales.map(saleOf)).catch(withPointer);
      return { status: 202, body: { accepted, known } };
    },
  }),
];
