import { createCoupon, mostCoupons } from "../coupon.js";
import { closeStreams, load } from "../load.js";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";
import { median } from "../rounds.js";

const connections = 10_000;

/** The resident memory of an open event stream. No process settles claims here, so the streams stay open. */
export const streams: Measurement = async (backends) => {
  const each: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const settings = await backends.settings(`streams${round}`);
    const service = await startService({ ...settings, ROLES: "api" });
    const path = await createCoupon(service, `streams-${round}`, mostCoupons);
    const before = await service.memory();
    await load<"hold">({ kind: "hold", url: service.url.href, path, connections, each: 5 });
    each.push(((await service.memory()) - before) / connections);
    closeStreams();
    await service.stop();
  }
  return [atMost("streams: memory per stream, 10,000 open", median(each), 18, "KiB")];
};
