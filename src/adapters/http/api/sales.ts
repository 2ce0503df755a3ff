import { z } from "zod";
import type { RecordSale, ReportedSale } from "../../../application/sales/record-sale.js";
import type { ProductId, SaleId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { fromInstant, type Instant } from "../../../domain/time.js";
import { countSchema, idSchema, moneySchema, name, timeSchema } from "../server/api-schemas.js";
import { EdgeProblem } from "../server/problem-json.js";
import { type Route, route } from "../server/route.js";

const mostSales = 100;
const greatestQuantity = 1000;
const bodyLimitBytes = 64 * 1024;

const saleSchema = name(
  "ReportedSale",
  z.strictObject({
    saleId: idSchema,
    productId: idSchema,
    quantity: z.int().min(1).max(greatestQuantity),
    unitPrice: moneySchema,
    occurredAt: timeSchema.refine((time) => Date.parse(time) >= 0, "no sale is older than 1970").optional(),
  }),
);
const salesSchema = name("ReportedSales", z.strictObject({ sales: z.array(saleSchema).min(1).max(mostSales) }));
const recordedSchema = name("RecordedSales", z.strictObject({ accepted: countSchema, known: countSchema }));

/** A shop's own sales have a namespace of their own, so that no order's line can be taken for one. */
const saleOf = ({ saleId, productId, occurredAt, ...sale }: z.infer<typeof saleSchema>): ReportedSale => ({
  ...sale,
  saleId: `shop:${saleId}` as SaleId,
  productId: productId as ProductId,
  occurredAt: occurredAt === undefined ? null : fromInstant(occurredAt as Instant),
});

const wrongField = {
  "product-not-found": { field: "productId", detail: "no such product" },
  "sale-in-future": { field: "occurredAt", detail: "more than five minutes from now" },
} as const;

/** Says where in the call the sale is for which all of it was refused. */
const pointed = (error: unknown): never => {
  const problem = error instanceof DomainError ? error.problem : undefined;
  if ((problem?.code !== "product-not-found" && problem?.code !== "sale-in-future") || problem.index === undefined)
    throw error;
  const { code, index, ...facts } = problem;
  const { field, detail } = wrongField[code];
  throw new EdgeProblem(code, { ...facts, errors: [{ pointer: `#/sales/${index}/${field}`, detail }] });
};

type Needs = { readonly recordSale: RecordSale };

/** Sales of shops that keep their own orders. */
export const saleRoutes = ({ recordSale }: Needs): readonly Route[] => [
  route({
    method: "POST",
    path: "/sales",
    access: "service",
    summary: "Report sales",
    description:
      "All of them are taken, or none: errors names the sale for which they are not. Each saleId counts once for " +
      "ever; those that were known before change nothing, whatever else they say now.",
    body: salesSchema,
    bodyLimit: bodyLimitBytes,
    answers: { 202: recordedSchema },
    problems: ["product-not-found", "sale-in-future", "engine-unavailable"],
    async handle({ body: { sales } }) {
      const { accepted, known } = await recordSale.execute(sales.map(saleOf)).catch(pointed);
      return { status: 202, body: { accepted, known } };
    },
  }),
];
