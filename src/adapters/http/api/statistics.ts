import { z } from "zod";
import type { SalesQueries } from "../../../application/ports/sales-queries.js";
import type { CloseDay } from "../../../application/sales/close-day.js";
import { type BusinessDay, dayCount } from "../../../domain/business-day.js";
import type { ProductId } from "../../../domain/ids.js";
import { businessDaySchema, countSchema, emptyBody, idSchema, name, pageOf, pageQuery } from "../server/api-schemas.js";
import { pageAnswer } from "../server/page-answer.js";
import { type Route, route } from "../server/route.js";

const mostDays = 92;

const rowSchema = name(
  "ProductDay",
  z.strictObject({ businessDay: businessDaySchema, productId: idSchema, quantity: countSchema, revenue: countSchema }),
);
const rowPage = pageOf("ProductDayPage", rowSchema);

/** This is asked of what is no day as well, which is told of by itself. */
const isSpan = ({ from, to }: { readonly from: BusinessDay; readonly to: BusinessDay }): boolean => {
  const days = dayCount(from, to);
  return Number.isNaN(days) || (days >= 1 && days <= mostDays);
};
const spanQuery = pageQuery.extend({ from: businessDaySchema, to: businessDaySchema });
const span = { path: ["to"], error: `from \`from\` on, and no more than ${mostDays} days, both included` };
const daysQuery = spanQuery.extend({ productId: idSchema.optional() }).refine(isSpan, span);
const driftsQuery = spanQuery.refine(isSpan, span);

const driftSchema = z.strictObject({ productId: idSchema, board: countSchema.nullable(), sales: countSchema });
const closedSchema = name(
  "ClosedDay",
  z.strictObject({ businessDay: businessDaySchema, rows: countSchema, drift: z.array(driftSchema) }),
);
const keptSchema = name("DayDrift", driftSchema.extend({ businessDay: businessDaySchema }));

type Needs = { readonly sales: SalesQueries; readonly closeDay: CloseDay };

/** What was sold on days that are over. */
export const statisticsRoutes = ({ sales, closeDay }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/statistics/products",
    access: "admin",
    summary: "Units and revenue of closed days, by day and product",
    description: "Revenue is by the price of each sale, before any discount.",
    query: daysQuery,
    answers: { 200: rowPage },
    problems: ["engine-unavailable"],
    async handle({ query: { from, to, productId = null, cursor = null, limit } }) {
      return pageAnswer(
        await sales.days(from, to, productId as ProductId | null, cursor, limit),
        ({ businessDay, productId, quantity, revenue }): z.infer<typeof rowSchema> => ({
          businessDay,
          productId,
          quantity,
          revenue,
        }),
      );
    },
  }),
  route({
    method: "GET",
    path: "/admin/statistics/drifts",
    access: "admin",
    summary: "What differed when days were closed",
    description:
      "As it was found, by day and product, for 400 days: it is healed. `board` is null where the day's board was not " +
      "kept any more.",
    query: driftsQuery,
    answers: { 200: pageOf("DayDriftPage", keptSchema) },
    problems: ["engine-unavailable"],
    async handle({ query: { from, to, cursor = null, limit } }) {
      return pageAnswer(
        await sales.drifts(from, to, cursor, limit),
        ({ businessDay, productId, board, sales }): z.infer<typeof keptSchema> => ({
          businessDay,
          productId,
          board,
          sales,
        }),
      );
    },
  }),
  route({
    method: "POST",
    path: "/admin/statistics/:businessDay/sync",
    access: "admin",
    summary: "Write a day down as its sales say",
    description:
      "Every night does this by itself. `drift` names the products whose row or board differed; `board` is null " +
      "where the day's board is not kept any more. Repeated, it finds nothing and changes nothing; what was found before is among the drifts.",
    unhurried: true,
    body: emptyBody,
    answers: { 200: closedSchema },
    problems: ["day-not-closed", "engine-unavailable"],
    async handle({ params }) {
      const { businessDay, rows, drift } = await closeDay.execute(params.businessDay);
      const shown = drift.map(({ productId, board, sales }) => ({ productId, board, sales }));
      return { status: 200, body: { businessDay, rows, drift: shown } };
    },
  }),
];
