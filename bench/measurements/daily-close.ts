import { type BusinessDay, plusDays } from "../../src/domain/business-day.js";
import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, atMost, type Measurement, speed } from "../measurement.js";
import type { DailyCloseJob } from "../programs/daily-close.js";
import { alternate } from "../rounds.js";

const products = 100_000;
const few = 10_000;
const most = Number(process.env.BENCH_PRODUCTS ?? 1_000_000);

/** Closing a day of many products, compared with plain pages and with one product at a time. */
export const dailyClose: Measurement = async (backends) => {
  const { DATABASE_URL: url } = await backends.settings("night");
  let day = "2026-01-01" as BusinessDay;
  const run = (way: DailyCloseJob["way"], count: number) => {
    day = plusDays(day, 1);
    return runJob<Speed & { readonly mebibytes: number }>("daily-close", {
      way,
      url,
      day,
      products: count,
    } satisfies DailyCloseJob);
  };
  const { service, pages, rows } = await alternate({
    service: () => run("service", products),
    pages: () => run("pages", products),
    rows: () => run("rows", 3000),
  });
  const small = await run("service", few);
  const big = await run("service", most);
  return [
    { what: `daily close of ${products} products: the service`, value: speed(service), target: "" },
    { what: "daily close: plain pages", value: speed(pages), target: "" },
    { what: "daily close: one product at a time", value: speed(rows), target: "" },
    atLeast("daily close: rate versus plain pages", service.rate / pages.rate, 0.75),
    atLeast("daily close: rate versus one product at a time", service.rate / rows.rate, 20),
    atMost(
      `daily close: memory of ${most.toLocaleString("en")} products over ${few.toLocaleString("en")}`,
      Math.max(0, big.mebibytes - small.mebibytes),
      32,
      "MiB",
    ),
  ];
};
