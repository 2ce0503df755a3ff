import { scriptCalls } from "../backends.js";
import { createCoupon } from "../coupon.js";
import { rush } from "../load.js";
import { atLeast, atMost, type Measurement, speed } from "../measurement.js";
import { startProgram, startService } from "../program.js";
import { alternate } from "../rounds.js";

/** Rejecting claims of a sold-out coupon: first clicks and repeated clicks. */
export const refuse: Measurement = async (backends) => {
  const settings = await backends.settings("refuse");
  const service = await startService({ ...settings, ROLES: "api" });
  const path = await createCoupon(service, "refuse", 1);
  await fetch(new URL(path, service.url), { method: "POST", headers: { "x-user-id": "the-one" } });
  const reading = await startProgram("bare-refuse", { REDIS_URL: settings.REDIS_URL });
  const silent = await startProgram("bare-refuse");
  const beyond: number[] = [];
  const clickAgain = async () => {
    const before = await scriptCalls(backends);
    const from = performance.now();
    const seen = await rush(service, path, 409, { again: true, seconds: 3 });
    // A rejection is cached for a second: each of 128 shoppers causes one trip per started second.
    const due = 128 * (Math.ceil((performance.now() - from) / 1000) + 1);
    beyond.push(Math.max(0, (await scriptCalls(backends)) - before - due));
    return seen;
  };
  const contenders = {
    first: () => rush(service, path, 409, { seconds: 3 }),
    reading: () => rush(reading, path, 409, { seconds: 3 }),
    again: clickAgain,
    silent: () => rush(silent, path, 409, { again: true, seconds: 3 }),
  };
  await alternate(contenders, 1);
  const { first, reading: read, again, silent: bare } = await alternate(contenders);
  await Promise.all([service, reading, silent].map((program) => program.stop()));
  return [
    { what: "refuse, first time: the service", value: speed(first), target: "" },
    { what: "refuse, first time: bare + a read", value: speed(read), target: "" },
    atLeast("refuse, first time: rate versus bare", first.rate / read.rate, 0.65),
    atMost("refuse, first time: CPU versus bare", first.microseconds / read.microseconds, 1.5),
    { what: "refuse, again: the service", value: speed(again), target: "" },
    { what: "refuse, again: bare", value: speed(bare), target: "" },
    atLeast("refuse, again: rate versus bare", again.rate / bare.rate, 0.65),
    atMost("refuse, again: CPU versus bare", again.microseconds / bare.microseconds, 1.4),
    atMost("refuse, again: Redis trips beyond one per shopper and second", Math.max(...beyond), 0, "trips"),
  ];
};
