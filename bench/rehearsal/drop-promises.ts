import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "./client.js";
import type { Drop, DropOptions } from "./drop.js";
import { percentiles, promiseCheck, type Verdict } from "./verdict.js";

/** Returns the audit as soon as it is balanced, or after ten seconds: the last places are given back after the drop. */
const finalAudit = async (client: Client, couponId: string): Promise<Readonly<Record<string, unknown>>> => {
  const path = `/api/v1/coupons/${couponId}/audit`;
  for (let attempts = 0; ; attempts += 1) {
    const { body } = await client.call("GET", path, "rehearsal-operator", undefined, ["admin"]);
    if (body.balanced === true || attempts === 20) return body;
    await sleep(500);
  }
};

/**
 * Checks the promises C1 to C5 and C7 and the service's audit after a drop.
 *
 * @param options the drop's options; with `disturbed`, faults were injected and positions may be missing
 */
export const checkDrop = async (
  client: Client,
  drop: Drop,
  options: Pick<DropOptions, "shoppers" | "coupons"> & { readonly disturbed?: boolean },
): Promise<Verdict> => {
  const { visits, couponId } = drop;
  const audit = await finalAudit(client, couponId);
  const accepted = visits.filter(({ taskIds }) => taskIds.length > 0);
  const results = accepted.flatMap(({ result }) => (result === null ? [] : [result]));
  const issued = results.filter(({ status }) => status === "succeeded");
  const positions = issued.map(({ position }) => Number(position)).sort((a, b) => a - b);
  const lost = accepted.length - results.length;
  const double = accepted.filter(
    ({ taskIds, statuses }) => taskIds.length > 1 || statuses.filter((status) => status === 202).length > 1,
  );
  const unexpected = visits.flatMap(({ statuses }) => statuses).filter((status) => ![200, 202, 409].includes(status));

  const broken: string[] = [];
  const check = promiseCheck(broken);
  check("C1 at most quantity coupons are issued", issued.length <= options.coupons);
  check("C2 at most one coupon per shopper", double.length === 0 && new Set(positions).size === positions.length);
  check("C3 every accepted claim ends in one result", lost === 0);
  check("C4 nothing leaks", issued.length === Math.min(options.shoppers, options.coupons));
  const soldOut = results.filter(({ reason }) => reason === "coupon-sold-out").map(({ position }) => Number(position));
  check("C5 first come, first served", Math.min(...soldOut, Infinity) > (positions.at(-1) ?? 0));
  if (!options.disturbed)
    check(
      "C5 positions without a gap",
      positions.every((position, index) => position === index + 1),
    );
  const [sample] = accepted;
  if (sample !== undefined) {
    const reply = await client.call("GET", `/api/v1/tasks/${sample.taskIds[0]}`, "another-shopper");
    check("C7 only its owner can read a task", reply.status === 404);
  }
  check("the audit is balanced", audit.balanced === true && audit.issued === issued.length);
  check("every response is 200, 202 or 409", unexpected.length === 0);

  const { admitted, taken } = audit;
  return {
    broken,
    measurements: {
      shoppers: visits.length,
      clicks: visits.reduce((sum, { statuses }) => sum + statuses.length, 0),
      admitted: accepted.length,
      rejected: visits.length - accepted.length,
      issued: issued.length,
      lost,
      double: double.length,
      "time to accept, p50 / p99": percentiles(accepted.map(({ acceptMs }) => acceptMs)),
      "time to result, p50 / p99": percentiles(accepted.map(({ resultMs }) => resultMs)),
      seconds: drop.seconds.toFixed(1),
      audit: `${audit.balanced ? "balanced" : "NOT balanced"}: admitted ${admitted}, taken ${taken}, issued ${audit.issued}`,
    },
  };
};
