import { createEvent } from "../../src/domain/event.js";
import type { CouponId, TaskId, UserCouponId, UserId, WebhookId } from "../../src/domain/ids.js";
import type { EpochMs } from "../../src/domain/time.js";
import { openUseCases } from "../application.js";
import { answerJob, timed } from "../timed.js";

/** Adds `warmup + count` deliveries to one webhook and measures the last `count` of them. */
export type WebhooksJob = {
  readonly url: string;
  readonly run: string;
  readonly target: string;
  readonly warmup: number;
  readonly count: number;
};

const eventsPerBatch = 500;

answerJob(async ({ url, run, target, warmup, count }: WebhooksJob) => {
  const useCases = await openUseCases({ DATABASE_URL: url, WEBHOOK_ALLOW_PRIVATE: "true" });
  const { createWebhook, addWebhookDeliveries, deliverWebhooks, clock } = useCases;
  await createWebhook.execute(
    { webhookId: run as WebhookId, url: target, events: ["coupon.issued"] },
    { userId: null, requestId: run },
  );
  const issued = (n: number) =>
    createEvent(
      "coupon.issued",
      {
        ...{ taskId: `${run}-${n}` as TaskId, couponId: "autumn" as CouponId, userId: `shopper-${n}` as UserId },
        ...{ position: n + 1, retryCount: 0, userCouponId: `${run}-${n}` as UserCouponId },
      },
      (clock.now() + 1) as EpochMs,
    );
  const add = async (from: number, to: number) => {
    for (let first = from; first < to; first += eventsPerBatch) {
      const length = Math.min(eventsPerBatch, to - first);
      await addWebhookDeliveries.execute(Array.from({ length }, (_, n) => issued(first + n)));
    }
  };
  const deliverAll = async () => {
    await deliverWebhooks.execute();
    await deliverWebhooks.settled();
  };
  await add(0, warmup);
  await deliverAll();
  await add(warmup, warmup + count);
  const result = await timed(count, deliverAll);
  await deliverWebhooks.stop();
  await useCases.close();
  return result;
});
