import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { runOnSale } from "../../bench/rehearsal/on-sale.js";
import { judgeOnSale } from "../../bench/rehearsal/seat-promises.js";
import { profiles, startNode } from "../support/node.js";
import { SeatAccount } from "../support/seat-account.js";
import { type ReceivedRequest, startListener } from "../unit/adapters/webhook/webhook-listener.js";

const size = { shoppers: 20, seats: 5 };
const moods = { twice: 0, declined: 0, leaving: 0 };

describe.each(profiles)("a webhook's target, $name", ({ live, settings: prepare }) => {
  it.skipIf(!live)("that fails at first hears of the sell-out later, signed to the byte", async () => {
    let answers = 0;
    const { url, received } = await startListener((_, response) => {
      answers += 1;
      response.writeHead(answers === 1 ? 500 : 204).end();
    });
    const key = randomBytes(32);
    const settings = {
      ...(await prepare()),
      WEBHOOK_URL: `${url}?shop=7`,
      WEBHOOK_SECRET: `whsec_${key.toString("base64")}`,
      WEBHOOK_ALLOW_PRIVATE: "true",
    };
    const { client } = await startNode(settings);
    const sellOut = async () => {
      const onSale = await runOnSale(client, { ...size, ...moods }, () => {});
      expect((await judgeOnSale(onSale, size)).broken).toEqual([]);
      return onSale.office;
    };
    const expectTold = async (
      { method, url: path, headers, body }: ReceivedRequest,
      office: Awaited<ReturnType<typeof sellOut>>,
    ) => {
      const { scheduleId } = office;
      const { salesOpenAt, soldOutAt } = await office.counts();
      expect([method, path, headers["content-type"]]).toEqual(["POST", "/hooks?shop=7", "application/json"]);
      // These are named alike in the rehearsal: the concert, and its one schedule.
      const data = { concertId: scheduleId, scheduleId, seats: size.seats, salesOpenAt, soldOutAt };
      expect(JSON.parse(body)).toEqual({ type: "schedule.sold-out", timestamp: soldOutAt, data });
      const { "webhook-id": id, "webhook-timestamp": at } = headers;
      expect(id).toBe(`schedule-sold-out:${scheduleId}`);
      expect(Math.abs(Date.now() / 1000 - Number(at))).toBeLessThan(60);
      const signature = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
      expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
    };

    const first = await sellOut();
    await expect.poll(() => received.length).toBe(2);
    const [failed, retried] = received as [ReceivedRequest, ReceivedRequest];
    await expectTold(failed, first);
    await expectTold(retried, first);
    expect(retried.body).toBe(failed.body);

    const second = await sellOut();
    await expect.poll(() => received.length).toBe(3);
    await expectTold(received[2] as ReceivedRequest, second);

    const account = SeatAccount.open(settings);
    await account.quiet();
    const sent = () =>
      account.db.knex("webhook_deliveries").orderBy("delivered_at").select("event_id", "due_at", "attempts");
    const noted = ({ scheduleId }: typeof first, attempts: number) => ({
      event_id: `schedule.sold-out:${scheduleId}`,
      due_at: null,
      attempts,
    });
    // Nothing is due any more: it was told to us once too often, and no more.
    await expect.poll(sent).toEqual([noted(first, 2), noted(second, 1)]);
    expect(received).toHaveLength(3);
  });
});
