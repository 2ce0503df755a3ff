import { setTimeout as pause } from "node:timers/promises";
import { createPool, type RowDataPacket } from "mysql2/promise";
import type { Backends } from "../backends.js";
import { createCoupon, mostCoupons } from "../coupon.js";
import { buildFirstVersion } from "../first-version.js";
import { rush } from "../load.js";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";
import { alternate } from "../rounds.js";

/** Starts one process with all roles; measures its CPU from the clicks until every claim is settled and logged. */
const openContender = async (backends: Backends, name: string, folder?: string) => {
  const settings = await backends.settings(name);
  const pool = createPool({ uri: settings.DATABASE_URL, connectionLimit: 1 });
  const service = await startService(settings, folder);
  const path = await createCoupon(service, name, mostCoupons);
  const count = async (from: string) => {
    const [[row]] = await pool.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${from}`);
    return Number(row?.n);
  };
  return {
    async measure() {
      const [before, cpu] = [await count("coupon_claims"), await service.cpu()];
      const { rate } = await rush(service, path, 202);
      const claims = await count("coupon_claims");
      while ((await count("ranking_logs")) < claims) await pause(50);
      return { rate, microseconds: ((await service.cpu()) - cpu) / (claims - before) };
    },
    async stop() {
      await service.stop();
      await pool.end();
    },
  };
};

/** The whole system, from click to settled and logged, compared with the first version. */
export const whole: Measurement = async (backends) => {
  const built = await buildFirstVersion();
  const [current, first] = [
    await openContender(backends, "whole"),
    await openContender(backends, "first", built.folder),
  ];
  const contenders = { current: () => current.measure(), first: () => first.measure() };
  await alternate(contenders, 1);
  const medians = await alternate(contenders);
  await Promise.all([current.stop(), first.stop()]);
  await built.remove();
  const microseconds = (value: number) => `${value.toFixed(0)} µs CPU per claim`;
  return [
    { what: "whole system: this version", value: microseconds(medians.current.microseconds), target: "" },
    { what: "whole system: first version", value: microseconds(medians.first.microseconds), target: "" },
    atMost("whole system: CPU versus first version", medians.current.microseconds / medians.first.microseconds, 0.45),
  ];
};
