import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "./client.js";
import type { Drop, DropOptions } from "./drop.js";
import { holding, times, type Verdict } from "./figures.js";

/** The audit once it is quiet: the last places are given back, and stores compared, a moment after the last result. */
const quietAudit = async (client: Client, couponId: string): Promise<Readonly<Record<string, unknown>>> => {
  for (let tries = 0; ; tries += 1) {
    const { body } = await client.call("GET", `/api/v1/coupons/${couponId}/audit`, "rehearsal-operator", undefined, [
      "admin",
    ]);
    if (body.balanced === true || tries === 20) return body;
    await pause(500);
  }
};

/**
 * Holds a drop against the promises C1–C5, C7 and the service's own audit.
 * @param options of the drop; `disturbed`: something broke meanwhile, so that a position may be left out
 */
export const judge = async (
  client: Client,
  drop: Drop,
  options: Pick<DropOptions, "shoppers" | "coupons"> & { readonly disturbed?: boolean },
): Promise<Verdict> => {
  const { visits, couponId } = drop;
  const audit = await quietAudit(client, couponId);
  const accepted = visits.filter(({ taskIds }) => taskIds.length > 0);
  const results = accepted.flatMap(({ result }) => (result === null ? [] : [result]));
  const issued = results.filter(({ status }) => status === "succeeded");
  const positions = issued.map(({ position }) => Number(position)).sort((a, b) => a - b);
  const lost = accepted.length - results.length;
  const double = accepted.filter(
    ({ taskIds, answers }) => taskIds.length > 1 || answers.filter((s) => s === 202).length > 1,
  );
  const odd = visits.flatMap(({ answers }) => answers).filter((status) => ![200, 202, 409].includes(status));

  const broken: string[] = [];
  const hold = holding(broken);
  hold("C1 never more coupons issued than there are", issued.length <= options.coupons);
  hold("C2 at most one a shopper", double.length === 0 && new Set(positions).size === positions.length);
  hold("C3 every accepted claim ends in one result", lost === 0);
  if (options.shoppers >= options.coupons) hold("C4 nothing leaks", issued.length === options.coupons);
  else hold("C4 nothing leaks", issued.length === options.shoppers);
  const soldOut = results.filter(({ reason }) => reason === "coupon-sold-out").map(({ position }) => Number(position));
  hold("C5 first come, first served", Math.min(...soldOut, Infinity) > (positions.at(-1) ?? 0));
  if (!options.disturbed)
    hold(
      "C5 positions 1, 2, 3 … without a gap",
      positions.every((p, i) => p === i + 1),
    );
  const [sample] = accepted;
  if (sample !== undefined) {
    const foreign = await client.call("GET", `/api/v1/tasks/${sample.taskIds[0]}`, "rehearsal-stranger");
    hold("C7 only its owner can read a task", foreign.status === 404);
  }
  hold("the audit balances", audit.balanced === true && audit.issued === issued.length);
  hold("every click is answered 200, 202 or 409", odd.length === 0);

  const { admitted, taken } = audit;
  return {
    broken,
    figures: {
      shoppers: visits.length,
      clicks: visits.reduce((sum, { answers }) => sum + answers.length, 0),
      admitted: accepted.length,
      refused: visits.length - accepted.length,
      issued: issued.length,
      lost,
      double: double.length,
      "to accept, p50 / p99": times(accepted.map(({ acceptMs }) => acceptMs)),
      "to result, p50 / p99": times(accepted.map(({ resultMs }) => resultMs)),
      seconds: drop.seconds.toFixed(1),
      audit: `${audit.balanced ? "balanced" : "NOT balanced"}: admitted ${admitted} = taken ${taken} = issued ${audit.issued}`,
    },
  };
};
