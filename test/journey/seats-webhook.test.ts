import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { BoxOffice } from "../../bench/rehearsal/box-office.js";
import { runOnSale } from "../../bench/rehearsal/on-sale.js";
import { checkOnSale } from "../../bench/rehearsal/seat-promises.js";
import { profiles, startNode } from "../support/node.js";
import { SeatDatabase } from "../support/seat-database.js";
import { type ReceivedRequest, startListener, startSocketListener } from "../unit/adapters/webhook/webhook-listener.js";

const size = { shoppers: 20, seats: 5 };
const behavior = { twice: 0, declined: 0, leaving: 0 };

describe.each(profiles)("the webhook for sell-outs, $name", ({ live, settings: createSettings }) => {
  it.skipIf(!live)("is signed, is retried after a failure, and is sent once per sell-out otherwise", async () => {
    let requests = 0;
    const { url, received } = await startListener((_, response) => {
      requests += 1;
      response.writeHead(requests === 1 ? 500 : 204).end();
    });
    const key = randomBytes(32);
    const settings = {
      ...(await createSettings()),
      WEBHOOK_URL: `${url}?shop=7`,
      WEBHOOK_SECRET: `whsec_${key.toString("base64")}`,
      WEBHOOK_ALLOW_PRIVATE: "true",
    };
    const { client } = await startNode(settings);
    const sellOut = async () => {
      const onSale = await runOnSale(client, { ...size, ...behavior }, () => {});
      expect((await checkOnSale(onSale, size)).broken).toEqual([]);
      return onSale.office;
    };
    const expectSellOutOf = async ({ method, url: path, headers, body }: ReceivedRequest, office: BoxOffice) => {
      const { scheduleId } = office;
      const { salesOpenAt, soldOutAt } = await office.counts();
      expect([method, path, headers["content-type"]]).toEqual(["POST", "/hooks?shop=7", "application/json"]);
      // The rehearsal gives a concert and its schedule the same id.
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
    await expectSellOutOf(failed, first);
    await expectSellOutOf(retried, first);
    expect(retried.body).toBe(failed.body);

    const second = await sellOut();
    await expect.poll(() => received.length).toBe(3);
    await expectSellOutOf(received[2] as ReceivedRequest, second);

    const database = SeatDatabase.open(settings);
    await database.waitUntilIdle();
    const deliveries = () =>
      database.db.knex("subscription_deliveries").orderBy("delivered_at").select("event_id", "due_at", "attempts");
    const delivered = ({ scheduleId }: BoxOffice, attempts: number) => ({
      event_id: `schedule.sold-out:${scheduleId}`,
      due_at: null,
      attempts,
    });
    await expect.poll(deliveries).toEqual([delivered(first, 2), delivered(second, 1)]);
    expect(received).toHaveLength(3);
  });

  it.skipIf(!live)(
    "of operators are delivered although another target hangs, with both secrets after a rotation",
    async () => {
      const { url, received } = await startListener((_, response) => response.writeHead(200).end());
      const silent = await startSocketListener(() => {});
      const { client } = await startNode({ ...(await createSettings()), WEBHOOK_ALLOW_PRIVATE: "true" });
      const admin = async (method: "GET" | "POST", path: string, body?: object) => {
        const roles = ["admin"];
        const { status, body: response } = await client.call(
          method,
          `/api/v1/admin/webhooks${path}`,
          "boss",
          body,
          roles,
        );
        expect([path, status]).toEqual([path, expect.toBeOneOf([200, 201])]);
        return response as unknown as Record<string, string> & { readonly items: readonly Record<string, unknown>[] };
      };
      const events = ["payment.confirmed", "schedule.sold-out"];
      await admin("POST", "", { webhookId: "silent", url: silent.url, events });
      const { secret: old } = await admin("POST", "", { webhookId: "erp", url, events });
      const { secret: current } = await admin("POST", "/erp/secret");
      const onSale = await runOnSale(client, { ...size, ...behavior }, () => {});
      expect((await checkOnSale(onSale, size)).broken).toEqual([]);

      await expect.poll(() => received.length).toBe(size.seats + 1);
      expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(size.seats + 1);
      for (const { headers, body } of received) {
        const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
        const signatureBy = (secret = "") =>
          `v1,${createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64"))
            .update(signed)
            .digest("base64")}`;
        expect(headers["webhook-signature"]).toBe(`${signatureBy(current)} ${signatureBy(old)}`);
      }
      const statesOf = async (id: string) =>
        (await admin("GET", `/${id}/deliveries`)).items.map(({ status }) => status);
      await expect.poll(() => statesOf("erp")).toEqual(received.map(() => "delivered"));
      expect(await statesOf("silent")).toEqual(received.map(() => "pending"));
    },
  );
});
