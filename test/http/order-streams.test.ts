import { EventSource } from "eventsource";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, type Json, startHttpApp } from "../support/http-app.js";
import { follow } from "./follow.js";
import { addProduct, line, orderOf, pay, payableOrder, placeOrder, reached } from "./shop.js";

type Told = { readonly id: string; readonly order: Json };

/** The events of a stream, in order; another name than `status` is not read. */
const told = (text: string): readonly Told[] =>
  [...text.matchAll(/^id: (.+)\nevent: status\ndata: (.+)\n\n/gm)].map(([, id = "", data = ""]) => ({
    id,
    order: JSON.parse(data),
  }));
const statuses = (events: readonly Told[]) => events.map(({ order }) => order.status);

const eventsPath = (orderId: string) => `/api/v1/orders/${orderId}/events`;
const since = (app: HttpApp, orderId: string, lastEventId: string) =>
  app.ask("GET", eventsPath(orderId), { as: "kim", headers: { "last-event-id": lastEventId } });

/** An order of four versions that was confirmed. */
const confirmedOrder = async (app: HttpApp): Promise<string> => {
  const { orderId } = await payableOrder(app);
  await pay(app, "k1", { orderId, amount: 1000 });
  return orderId;
};

describe("an order's stream", () => {
  it("tells the order as it stands, then each change to the end, and closes", async () => {
    const app = await startHttpApp();
    const orderId = await placeOrder(app, [await addProduct(app)]);
    const stream = await follow(app, eventsPath(orderId));
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
    });
    const [present] = told(await stream.until("\n\nid: "));
    expect(present).toEqual({ id: `${orderId}:1`, order: await orderOf(app, orderId) });
    await app.work();
    await stream.until('"awaiting-payment"');
    await pay(app, "k1", { orderId, amount: 1000 });
    const all = told(await stream.toEnd());
    expect(all.map(({ id }) => id)).toEqual([1, 2, 3, 4].map((n) => `${orderId}:${n}`));
    expect(statuses(all)).toEqual(["pending", "pending", "awaiting-payment", "confirmed"]);
    expect(all.at(-1)?.order).toEqual(await orderOf(app, orderId));
  });

  it("replays what came after Last-Event-ID, to whoever comes back", async () => {
    const app = await startHttpApp();
    await app.work();
    const orderId = await confirmedOrder(app);
    for (const seen of [1, 2, 3]) {
      const missed = told((await since(app, orderId, `${orderId}:${seen}`)).text);
      expect(missed.map(({ id }) => id)).toEqual([2, 3, 4].slice(seen - 1).map((n) => `${orderId}:${n}`));
    }
    const [second] = told((await since(app, orderId, `${orderId}:1`)).text);
    expect(second?.order).toMatchObject({ status: "pending", timeline: [{}, { event: "stock.reserved" }] });
    expect(Object.values(second?.order.timeline ?? {})).toHaveLength(2);
  });

  it("counts an id of another shape, or of another order, as none", async () => {
    const app = await startHttpApp();
    await app.work();
    const orderId = await confirmedOrder(app);
    for (const id of ["4", `${orderId}:`, `${orderId}:0`, `${orderId}:-1`, `${orderId}:1e0`, `${orderId}:settled`])
      expect(told((await since(app, orderId, id)).text).map(({ id }) => id)).toEqual([`${orderId}:4`]);
    for (const id of ["other:4", `${orderId}:99`, `${orderId}:${"9".repeat(30)}`])
      expect(told((await since(app, orderId, id)).text).map(({ id }) => id)).toEqual([`${orderId}:4`]);
  });

  it("is 204 after the end of an order that has ended, and only then", async () => {
    const app = await startHttpApp();
    await app.work();
    const orderId = await confirmedOrder(app);
    expect(await since(app, orderId, `${orderId}:4`)).toMatchObject({ status: 204, text: "" });
    const others = { as: "lee", headers: { "last-event-id": `${orderId}:4` } };
    expectProblem(await app.ask("GET", eventsPath(orderId), others), "order-not-found");

    const open = await payableOrder(app);
    const stream = await follow(app, eventsPath(open.orderId), "kim", { "last-event-id": `${open.orderId}:3` });
    expect(statuses(told(await stream.until("\n\nid: ")))).toEqual(["awaiting-payment"]);
  });

  it("tells every follower of an end, whoever brings it about", async () => {
    const app = await startHttpApp();
    const orderId = await placeOrder(app, [await addProduct(app)]);
    const both = await Promise.all([follow(app, eventsPath(orderId)), follow(app, eventsPath(orderId))]);
    for (const { until } of both) await until("\n\nid: ");
    await app.ask("POST", `/api/v1/orders/${orderId}/cancellation`, { as: "kim" });
    for (const { toEnd } of both) expect(statuses(told(await toEnd()))).toEqual(["pending", "cancelled"]);
  });

  it("serves a browser's EventSource by its ticket, which ends by itself", async () => {
    const app = await startHttpApp();
    const body = { items: [line(await addProduct(app, { stock: 0 }))] };
    const placed = await app.ask("POST", "/api/v1/orders", { as: "kim", body });
    const source = new EventSource(app.url + String(placed.body.links?.events));
    onTestFinished(() => source.close());
    const heard: string[] = [];
    source.addEventListener("status", ({ data }) => {
      if (heard.length === 0) void app.work();
      heard.push(JSON.parse(data).status);
    });
    // It comes back with Last-Event-ID; 204 tells it to stop.
    await expect.poll(() => source.readyState).toBe(EventSource.CLOSED);
    expect(heard).toEqual(["pending", "pending", "cancelled"]);
  });
});

describe("an order's ticket", () => {
  it("opens that stream until it expires, and nothing else", async () => {
    const app = await startHttpApp();
    const items = [line(await addProduct(app, { stock: 0 }))];
    const ask = (as: string) => app.ask("POST", "/api/v1/orders", { as, body: { items } });
    const [mine, others] = [await ask("kim"), await ask("lee")];
    await app.work();
    await reached(app, String(mine.body.orderId), "cancelled");
    const ticketed = String(mine.body.links?.events);
    const ticket = ticketed.split("?")[1] ?? "";
    expect(statuses(told((await app.ask("GET", ticketed)).text))).toEqual(["cancelled"]);
    for (const path of [
      `${eventsPath(String(others.body.orderId))}?${ticket}`,
      `${eventsPath("none")}?${ticket}`,
      `${eventsPath("none")}?ticket=nonsense`,
      `${eventsPath(String(mine.body.orderId))}?ticket=`,
      `/api/v1/orders/${mine.body.orderId}?${ticket}`,
      `/api/v1/orders?${ticket}`,
    ])
      expectProblem(await app.ask("GET", path), "unauthorized");
    const cancel = `/api/v1/orders/${mine.body.orderId}/cancellation?${ticket}`;
    expectProblem(await app.ask("POST", cancel), "unauthorized");
    app.advance(3_600_000);
    expectProblem(await app.ask("GET", ticketed), "unauthorized");
  });
});
