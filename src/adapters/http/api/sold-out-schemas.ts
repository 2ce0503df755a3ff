import { z } from "zod";
import { type BusinessWeek, isBusinessWeek } from "../../../domain/business-day.js";
import { boardSize } from "../../../domain/sold-out.js";
import { scorePolicies } from "../../../domain/sold-out-score.js";
import { countSchema, idSchema, limitOf, name, pageOf, pageQuery, timeSchema } from "../server/api-schemas.js";

const weekSchema = z
  .string()
  .refine(isBusinessWeek, "an ISO week that there is, such as 2026-W47")
  .meta({ pattern: "^\\d{4}-W\\d{2}$" }) as unknown as z.ZodType<BusinessWeek>;

export const soldOutQuery = z
  .strictObject({
    board: z.enum(["fastest", "weekly"]).default("fastest"),
    week: weekSchema.optional(),
    limit: limitOf(boardSize, 20),
  })
  .refine(({ board, week }) => board === "weekly" || week === undefined, {
    path: ["week"],
    error: "only the weekly board has weeks",
  });

export const historyQuery = pageQuery.extend({ from: timeSchema.optional(), to: timeSchema.optional() });

const facts = {
  concertId: idSchema,
  scheduleId: idSchema,
  title: z.string(),
  seats: countSchema,
  salesOpenAt: timeSchema,
  soldOutAt: timeSchema,
  elapsedMs: countSchema,
};

export const sellOutSchema = name("SellOut", z.strictObject(facts));

export const soldOutBoardSchema = name(
  "SoldOutBoard",
  z.strictObject({
    board: z.enum(["fastest", "weekly"]),
    policy: z.enum(scorePolicies as [string, ...string[]]),
    week: weekSchema.optional(),
    items: z.array(name("RankedSellOut", z.strictObject({ rank: z.int().min(1), ...facts, score: z.number() }))),
  }),
);

export const sellOutPage = pageOf("SellOutPage", sellOutSchema);
