import { EventSource } from "eventsource";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { eventsIn, openStream } from "./event-stream-client.js";
import { addProduct, line, newKey, orderOf, orderReaching, pay, payableOrder, placeOrder } from "./order-fixture.js";

const eventsPath = (orderId: string) => `/api/v1/orders/${orderId}/events`;
const statusesIn = (text: string) => eventsIn(text).map(({ data }) => (data as { status: string }).status);
const idsIn = (text: string) => eventsIn(text).map(({ id }) => id);

const app = await sharedHttpApp();
await app.work();
const since = (orderId: string, lastEventId: string, as = "kim") =>
  app.as(as).get(eventsPath(orderId)).set("Last-Event-ID", lastEventId);

/** Returns the id of a confirmed order, which has four versions. */
const confirmedOrder = async (): Promise<string> => {
  const { orderId } = await payableOrder(app);
  await pay(app, newKey(), { orderId, amount: 1000 }).expect(201);
  return orderId;
};

describe("GET /orders/{orderId}/events", () => {
  it("sends the current order, then every change, and closes at the end", async () => {
    const app = await startHttpApp();
    const orderId = await placeOrder(app, [await addProduct(app)]);
    const stream = await openStream(app, eventsPath(orderId));
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
    });
    const [first] = eventsIn(await stream.until("}\n\n"));
    expect(first).toEqual({ id: `${orderId}:1`, event: "status", data: await orderOf(app, orderId) });
    await app.work();
    await stream.until('"awaiting-payment"');
    await pay(app, newKey(), { orderId, amount: 1000 }).expect(201);
    const text = await stream.toEnd();
    expect(idsIn(text)).toEqual([1, 2, 3, 4].map((n) => `${orderId}:${n}`));
    expect(statusesIn(text)).toEqual(["pending", "pending", "awaiting-payment", "confirmed"]);
    expect(eventsIn(text).at(-1)?.data).toEqual(await orderOf(app, orderId));
  });

  it("sends every version after Last-Event-ID", async () => {
    const orderId = await confirmedOrder();
    for (const seen of [1, 2, 3]) {
      const { text } = await since(orderId, `${orderId}:${seen}`).expect(200);
      expect(idsIn(text)).toEqual([2, 3, 4].slice(seen - 1).map((n) => `${orderId}:${n}`));
    }
    const [second] = eventsIn((await since(orderId, `${orderId}:1`)).text);
    const timeline = [{ event: "order.placed" }, { event: "stock.reserved" }];
    expect(second?.data).toMatchObject({ status: "pending", timeline });
  });

  it("ignores a Last-Event-ID that is malformed, unknown or of another order", async () => {
    const orderId = await confirmedOrder();
    const malformed = ["4", `${orderId}:`, `${orderId}:0`, `${orderId}:-1`, `${orderId}:1e0`, `${orderId}:settled`];
    const unknown = ["other:4", `${orderId}:99`, `${orderId}:${"9".repeat(30)}`];
    for (const id of [...malformed, ...unknown])
      expect([id, idsIn((await since(orderId, id)).text)]).toEqual([id, [`${orderId}:4`]]);
  });

  it("returns 204 to a follower that has the end state, and only then", async () => {
    const orderId = await confirmedOrder();
    await since(orderId, `${orderId}:4`).expect(204, "");
    expectProblem(await since(orderId, `${orderId}:4`, "lee"), "order-not-found");

    const open = await payableOrder(app);
    const stream = await openStream(app, eventsPath(open.orderId), "kim", { "last-event-id": `${open.orderId}:3` });
    expect(statusesIn(await stream.until("}\n\n"))).toEqual(["awaiting-payment"]);
  });

  it("sends the end to every follower", async () => {
    const app = await startHttpApp();
    const orderId = await placeOrder(app, [await addProduct(app)]);
    const streams = await Promise.all([openStream(app, eventsPath(orderId)), openStream(app, eventsPath(orderId))]);
    for (const { until } of streams) await until("}\n\n");
    await app.as("kim").post(`/api/v1/orders/${orderId}/cancellation`).expect(202);
    for (const { toEnd } of streams) expect(statusesIn(await toEnd())).toEqual(["pending", "cancelled"]);
  });

  it("serves a browser's EventSource by its ticket and stops it with 204", async () => {
    const app = await startHttpApp();
    const order = { items: [line(await addProduct(app, { stock: 0 }))] };
    const { body } = await app.as("kim").post("/api/v1/orders").send(order).expect(202);
    const source = new EventSource(app.url + body.links.events);
    onTestFinished(() => source.close());
    const received: string[] = [];
    source.addEventListener("status", ({ data }) => {
      if (received.length === 0) void app.work();
      received.push(JSON.parse(data).status);
    });
    // It reconnects with Last-Event-ID and receives 204.
    await expect.poll(() => source.readyState).toBe(EventSource.CLOSED);
    expect(received).toEqual(["pending", "pending", "cancelled"]);
  });
});

describe("an order's ticket", () => {
  it("opens its own stream for an hour and nothing else", async () => {
    const app = await startHttpApp();
    await app.work();
    const order = { items: [line(await addProduct(app, { stock: 0 }))] };
    const place = async (as: string) => (await app.as(as).post("/api/v1/orders").send(order).expect(202)).body;
    const [own, foreign] = [await place("kim"), await place("lee")];
    await orderReaching(app, own.orderId, "cancelled");
    const { events } = own.links;
    const ticket = events.split("?")[1];
    expect(statusesIn((await app.client.get(events).expect(200)).text)).toEqual(["cancelled"]);
    for (const path of [
      `${eventsPath(foreign.orderId)}?${ticket}`,
      `${eventsPath("unknown")}?${ticket}`,
      `${eventsPath("unknown")}?ticket=nonsense`,
      `${eventsPath(own.orderId)}?ticket=`,
      `/api/v1/orders/${own.orderId}?${ticket}`,
      `/api/v1/orders?${ticket}`,
    ])
      expectProblem(await app.client.get(path), "unauthorized");
    const cancellation = `/api/v1/orders/${own.orderId}/cancellation?${ticket}`;
    expectProblem(await app.client.post(cancellation), "unauthorized");
    app.advance(3_600_000);
    expectProblem(await app.client.get(events), "unauthorized");
  });
});
