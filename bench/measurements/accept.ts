import { scriptCalls } from "../backends.js";
import { createCoupon, mostCoupons } from "../coupon.js";
import { rush } from "../load.js";
import { atLeast, atMost, type Measurement, speed } from "../measurement.js";
import { startProgram, startService } from "../program.js";
import { alternate } from "../rounds.js";

/** Accepting claims, compared with the bare minimum, an honest ceiling and stock Express. */
export const accept: Measurement = async (backends) => {
  const settings = await backends.settings("accept");
  const service = await startService({ ...settings, ROLES: "api" });
  const path = await createCoupon(service, "accept", mostCoupons);
  const bare = await startProgram("bare-accept", settings);
  const ceiling = await startProgram("ceiling-accept", settings);
  const slow = await startProgram("express-accept", settings);
  const contenders = {
    service: async () => {
      const before = await scriptCalls(backends);
      const seen = await rush(service, path, 202);
      return { ...seen, batchSize: seen.count / ((await scriptCalls(backends)) - before) };
    },
    bare: () => rush(bare, path, 202),
    ceiling: () => rush(ceiling, path, 202),
    slow: () => rush(slow, path.replace("accept", "slow"), 202),
  };
  await alternate(contenders, 1);
  const seen = await alternate(contenders);
  await Promise.all([service, bare, ceiling, slow].map((program) => program.stop()));
  return [
    { what: "accept: the service", value: speed(seen.service), target: "" },
    { what: "accept: bare node:http", value: speed(seen.bare), target: "" },
    { what: "accept: ceiling", value: speed(seen.ceiling), target: "" },
    { what: "accept: stock Express", value: speed(seen.slow), target: "" },
    { what: "accept: claims per batch", value: seen.service.batchSize.toFixed(1), target: "" },
    atLeast("accept: rate versus bare", seen.service.rate / seen.bare.rate, 1),
    atMost("accept: CPU versus bare", seen.service.microseconds / seen.bare.microseconds, 1.35),
    atLeast("accept: rate versus ceiling", seen.service.rate / seen.ceiling.rate, 0.85),
    atLeast("accept: rate versus stock Express", seen.service.rate / seen.slow.rate, 5),
  ];
};
