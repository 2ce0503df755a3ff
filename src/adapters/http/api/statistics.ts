import { z } from "zod";
import type { SalesQueries } from "../../../application/ports/sales-queries.js";
import type { CloseDay } from "../../../application/sales/close-day.js";
import { type BusinessDay, dayCount } from "../../../domain/business-day.js";
import type { ProductId } from "../../../domain/ids.js";
import type { DayRow } from "../../../domain/sale.js";
import type { ProblemEntries } from "../server/problems.js";
import { jsonType } from "../server/response-writer.js";
import { pageResponse, type Route, route } from "../server/route.js";
import {
  businessDaySchema,
  component,
  countSchema,
  emptyBody,
  idSchema,
  pageQuery,
  pageSchema,
} from "../server/schemas.js";

const maxDays = 92;

type ProductDay = DayRow & { readonly businessDay: BusinessDay };

const revenueSchema = z.number().meta({
  type: "integer",
  format: "int64",
  minimum: 0,
  description: "Exact, also above 2⁵³ − 1: then a parser that reads numbers as doubles rounds it",
});
const rowSchema = component(
  "ProductDay",
  z.strictObject({
    businessDay: businessDaySchema,
    productId: idSchema,
    quantity: countSchema,
    revenue: revenueSchema,
  }),
);

/** Also true for invalid days, which have their own message. */
const isSpan = ({ from, to }: { readonly from: BusinessDay; readonly to: BusinessDay }): boolean => {
  const days = dayCount(from, to);
  return Number.isNaN(days) || (days >= 1 && days <= maxDays);
};
const spanQuery = pageQuery.extend({
  from: businessDaySchema.describe("The first day"),
  to: businessDaySchema.describe(`The last day, at most ${maxDays} days including \`from\``),
});
const span = { path: ["to"], error: `must be \`from\` or later and span at most ${maxDays} days` };
const daysQuery = spanQuery.extend({ productId: idSchema.optional() }).refine(isSpan, span);
const driftsQuery = spanQuery.refine(isSpan, span);

const boardCountSchema = countSchema
  .nullable()
  .describe("null if the day's board is no longer kept, or could not be read");
const driftSchema = z.strictObject({ productId: idSchema, board: boardCountSchema, sales: countSchema });
const closedDaySchema = component(
  "ClosedDay",
  z.strictObject({ businessDay: businessDaySchema, rows: countSchema, drift: z.array(driftSchema) }),
);
const dayDriftSchema = component("DayDrift", driftSchema.extend({ businessDay: businessDaySchema }));

export const statisticsProblems = {
  "day-not-closed": {
    status: 409,
    title: "Business day is not over",
    meaning: "Only a business day that is over can be closed.",
    advice: "Send the request again after midnight in the business time zone.",
    detail: ({ businessDay, today }) => `The business day must be before ${today}, but is ${businessDay}.`,
  },
} satisfies Partial<ProblemEntries>;

/** Serializes a row with all digits of its revenue, which `JSON.stringify` cannot write. */
const productDayJson = ({ businessDay, productId, quantity, revenue }: ProductDay): string => {
  const facts = JSON.stringify({ businessDay, productId, quantity });
  return `${facts.slice(0, -1)},"revenue":${revenue}}`;
};

type Needs = { readonly sales: SalesQueries; readonly closeDay: CloseDay };

/** Statistics of business days that are closed. */
export const statisticsRoutes = ({ sales, closeDay }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/statistics/products",
    access: "admin",
    summary: "List units and revenue of closed days by day and product",
    description: "Revenue uses the price of each sale before any discount.",
    query: daysQuery,
    responses: { 200: pageSchema("ProductDayPage", rowSchema) },
    problems: ["engine-unavailable"],
    async handle({ query: { from, to, productId = null, cursor = null, limit } }) {
      const page = await sales.days(from, to, productId as ProductId | null, cursor, limit);
      const { status, body } = pageResponse(page, productDayJson);
      const text = `{"items":[${body.items.join(",")}],"nextCursor":${JSON.stringify(body.nextCursor)}}`;
      return { status, type: jsonType, text };
    },
  }),
  route({
    method: "GET",
    path: "/admin/statistics/drifts",
    access: "admin",
    summary: "List differences that were found when days were closed",
    description: "By day and product, for 400 days. Every difference has been repaired.",
    query: driftsQuery,
    responses: { 200: pageSchema("DayDriftPage", dayDriftSchema) },
    problems: ["engine-unavailable"],
    async handle({ query: { from, to, cursor = null, limit } }) {
      const page = await sales.drifts(from, to, cursor, limit);
      return pageResponse(page, (drift): z.infer<typeof dayDriftSchema> => {
        const { businessDay, productId, board, sales } = drift;
        return { businessDay, productId, board, sales };
      });
    },
  }),
  route({
    method: "POST",
    path: "/admin/statistics/:businessDay/sync",
    access: "admin",
    summary: "Close a business day",
    description:
      "Writes the day's statistics from its sales; the daily close does the same. `drift` lists the products whose " +
      "statistics or board differed. A repeated request finds no drift and changes nothing.",
    noDeadline: true,
    body: emptyBody,
    responses: { 200: closedDaySchema },
    problems: ["day-not-closed", "engine-unavailable"],
    async handle({ params, operator }) {
      const { businessDay, rows, drift } = await closeDay.execute(params.businessDay, operator);
      const drifts = drift.map(({ productId, board, sales }) => ({ productId, board, sales }));
      return { status: 200, body: { businessDay, rows, drift: drifts } };
    },
  }),
];
