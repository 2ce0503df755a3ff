import { mostCoupons, openCoupon } from "../coupon.js";
import { letGo, load } from "../load.js";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";
import { median } from "../rounds.js";

const connections = 10_000;

/** What a held event stream costs in resident memory. Nobody settles claims here, so the streams stay open. */
export const streams: Measurement = async (engines) => {
  const each: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const settings = await engines.settings(`streams${round}`);
    const service = await startService({ ...settings, ROLES: "api" });
    const path = await openCoupon(service, `streams-${round}`, mostCoupons);
    const before = await service.memory();
    await load<"hold">({ kind: "hold", url: service.url.href, path, connections, each: 5 });
    each.push(((await service.memory()) - before) / connections);
    letGo();
    await service.stop();
  }
  return [atMost("streams: memory of each of 10,000 held", median(each), 18, "KiB")];
};
