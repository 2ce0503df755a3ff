import { z } from "zod";
import type { SalesQueries } from "../../application/ports/sales-queries.js";
import type { CloseDay } from "../../application/sales/close-day.js";
import { plusDays } from "../../domain/business-day.js";
import type { ProductId } from "../../domain/ids.js";
import { businessDaySchema, countSchema, idSchema, name, pageOf, pageQuery } from "./api-schemas.js";
import { pageAnswer } from "./page-answer.js";
import { type Route, route } from "./route.js";

const mostDays = 92;

const rowSchema = name(
  "ProductDay",
  z.strictObject({ businessDay: businessDaySchema, productId: idSchema, quantity: countSchema, revenue: countSchema }),
);
const rowPage = pageOf("ProductDayPage", rowSchema);

const daysQuery = pageQuery
  .extend({ from: businessDaySchema, to: businessDaySchema, productId: idSchema.optional() })
  .refine(({ from, to }) => from <= to && to <= plusDays(from, mostDays - 1), {
    path: ["to"],
    error: `from \`from\` on, and no more than ${mostDays} days, both included`,
  });

const closedSchema = name(
  "ClosedDay",
  z.strictObject({
    businessDay: businessDaySchema,
    rows: countSchema,
    drift: z.array(z.strictObject({ productId: idSchema, board: countSchema.nullable(), sales: countSchema })),
  }),
);

/** What was sold on days that are over. */
export const statisticsRoutes = (sales: SalesQueries, closeDay: CloseDay): readonly Route[] => [
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
    method: "POST",
    path: "/admin/statistics/:businessDay/sync",
    access: "admin",
    summary: "Write a day down as its sales say",
    description:
      "Every night does this by itself. `drift` names the products whose row or board differed; `board` is null " +
      "where the day's board is not kept any more. Repeated, it finds nothing and changes nothing.",
    unhurried: true,
    body: z.strictObject({}).optional(),
    answers: { 200: closedSchema },
    problems: ["day-not-closed", "engine-unavailable"],
    async handle({ params }) {
      const { businessDay, rows, drift } = await closeDay.execute(params.businessDay);
      const shown = drift.map(({ productId, board, sales }) => ({ productId, board, sales }));
      return { status: 200, body: { businessDay, rows, drift: shown } };
    },
  }),
];
