import { Writable } from "node:stream";
import { EventSource } from "eventsource";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ApiNeeds } from "../../src/adapters/http/api/routes.js";
import { expectProblem } from "../support/expect-problem.js";
import { createCoupon, type HttpApp, sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { eventsIn, namesIn, openStream } from "./event-stream-client.js";
import { addProduct, line, placeOrder } from "./order-fixture.js";

type Task = { readonly taskId: string; readonly events: string; readonly ticketed: string };

const claimed = async (app: HttpApp, as = "kim"): Promise<Task> => {
  const { body } = await app
    .as(as)
    .post(`/api/v1/coupons/${await createCoupon(app)}/claims`)
    .expect(202);
  const { taskId, links } = body;
  return { taskId, events: `/api/v1/tasks/${taskId}/events`, ticketed: links.events };
};

const idle = await sharedHttpApp();

describe("GET /tasks/{taskId}/events", () => {
  // Proves: C6
  it("sends `pending`, then `settled` to every follower, and closes", async () => {
    const app = await startHttpApp();
    const { events, taskId } = await claimed(app);
    const streams = await Promise.all([openStream(app, events), openStream(app, events)]);
    for (const { response, until } of streams) {
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
      });
      expect(await until("\n\nevent: pending\n")).toMatch(/^retry: 2000\n\nevent: pending\n/);
    }
    await app.work();
    for (const { toEnd } of streams) {
      const [pending, settled, ...more] = eventsIn(await toEnd());
      expect([pending?.event, settled?.event, settled?.id, more]).toEqual([
        "pending",
        "settled",
        `${taskId}:settled`,
        [],
      ]);
      expect(settled?.data).toEqual((await app.as("kim").get(`/api/v1/tasks/${taskId}`)).body);
      expect(settled?.data).toMatchObject({ status: "succeeded" });
    }

    // After the result: only `settled`, every time; 204 to a follower that has it.
    for (let time = 0; time < 2; time++)
      expect(namesIn(await (await openStream(app, events)).toEnd())).toEqual(["settled"]);
    const since = (id: string) => app.as("kim").get(events).set("Last-Event-ID", id);
    await since(`${taskId}:settled`).expect(204, "");
    expect(namesIn((await since("another:settled").expect(200)).text)).toEqual(["settled"]);
  });

  it("serves a browser's EventSource by its ticket and stops it with 204", async () => {
    const app = await startHttpApp();
    const source = new EventSource(app.url + (await claimed(app)).ticketed);
    onTestFinished(() => source.close());
    const received: string[] = [];
    source.addEventListener("pending", () => {
      received.push("pending");
      void app.work();
    });
    source.addEventListener("settled", ({ data }) => received.push(JSON.parse(data).status));
    // It reconnects with Last-Event-ID and receives 204.
    await expect.poll(() => source.readyState).toBe(EventSource.CLOSED);
    expect(received).toEqual(["pending", "succeeded"]);
  });
});

describe("a ticket", () => {
  // Proves: C7
  it("opens its own stream for an hour and nothing else", async () => {
    const lines: string[] = [];
    const logTo = new Writable({ write: (line, _encoding, done) => done(void lines.push(String(line))) });
    const app = await startHttpApp({ logTo });
    const [own, foreign] = [await claimed(app), await claimed(app, "lee")];
    await app.work();
    const ticket = own.ticketed.split("?")[1] ?? "";
    const sameId = { orderId: own.taskId, items: [line(await addProduct(app))] };
    await app.as("kim").post("/api/v1/orders").send(sameId).expect(202);
    expect(namesIn((await app.client.get(own.ticketed).expect(200)).text)).toContain("settled");
    for (const path of [
      `${foreign.events}?${ticket}`,
      `/api/v1/tasks/unknown/events?${ticket}`,
      `/api/v1/tasks/unknown/events?ticket=nonsense`,
      `/api/v1/tasks/${"x".repeat(1100)}/events?${ticket}`,
      `/api/v1/tasks/${encodeURIComponent("ü")}/events?${ticket}`,
      `${own.events}?ticket=`,
      `${own.events}?ticket=nonsense`,
      `${own.events}?${ticket.slice(0, -1)}`,
      `${own.events}?${ticket.replace(/=\w+/, "=zzzzzzz")}`,
      `/api/v1/tasks/${own.taskId}?${ticket}`,
      `/api/v1/orders/${own.taskId}/events?${ticket}`,
      `/api/v1/me/coupons?${ticket}`,
    ])
      expectProblem(await app.client.get(path), "unauthorized");
    app.advance(3_600_000);
    expectProblem(await app.client.get(own.ticketed), "unauthorized");
    // The caller's header does not replace an invalid ticket.
    expectProblem(await app.as("kim").get(own.ticketed), "unauthorized");
    expect(lines.join("")).toContain(own.events);
    expect(lines.join("")).not.toContain(ticket.slice("ticket=".length));
  });

  it("is rejected when another key signed it", async () => {
    const { ticketed } = await claimed(await startHttpApp());
    expectProblem(await idle.client.get(ticketed), "unauthorized");
  });
});

describe("open streams", () => {
  it("are limited to 5 per shopper", async () => {
    const { events } = await claimed(idle);
    const streams = await Promise.all(Array.from({ length: 5 }, () => openStream(idle, events)));
    const sixth = await idle.as("kim").get(events);
    expectProblem(sixth, "too-many-streams");
    expect(Number(sixth.headers["retry-after"])).toBeGreaterThan(0);
    const other = await openStream(idle, (await claimed(idle, "lee")).events, "lee");
    expect(other.response.status).toBe(200);
    streams[0]?.leave();
    await expect.poll(async () => (await openStream(idle, events)).response.status).toBe(200);
  });

  it("are limited per process", async () => {
    const app = await startHttpApp({ streamBounds: { perProcess: 1 } });
    expect((await openStream(app, (await claimed(app)).events)).response.status).toBe(200);
    const { events } = await claimed(app, "lee");
    expectProblem(await app.as("lee").get(events), "too-many-streams");
    expect((await app.client.get("/metrics")).text).toMatch(/^rushboard_sse_connections 1$/m);
  });

  it("do not count rejected requests", async () => {
    for (let time = 0; time < 6; time++)
      expectProblem(await idle.as("choi").get("/api/v1/tasks/unknown/events"), "task-not-found");
    const { events } = await claimed(idle, "choi");
    expect((await openStream(idle, events, "choi")).response.status).toBe(200);
  });

  it("receive a comment as heartbeat", async () => {
    const app = await startHttpApp({ streamBounds: { heartbeatMs: 5 } });
    const stream = await openStream(app, (await claimed(app)).events);
    expect(namesIn(await stream.until("\n\n:\n\n:\n\n"))).toEqual(["pending"]);
  });

  it("end with a reconnection delay when the server stops", async () => {
    const app = await startHttpApp();
    const stream = await openStream(app, (await claimed(app)).events);
    await stream.until("pending");
    const [text] = await Promise.all([stream.toEnd(), app.server.stop(5000)]);
    expect(namesIn(text)).toEqual(["pending"]);
    expect(text).toMatch(/\n\nretry: \d{3,4}\n\n$/);
    await expect(fetch(`${app.url}/livez`)).rejects.toThrow();
  });
});

describe("a stream whose first event is delayed", () => {
  /** Delays the followers of orders until `release` is called. */
  const delayedApp = async () => {
    let [markStarted, release] = [() => {}, () => {}];
    const started = new Promise<void>((resolve) => {
      markStarted = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const followOrder = {
      async execute(...args: Parameters<ApiNeeds["followOrder"]["execute"]>) {
        markStarted();
        await released;
        return app.application.followOrder.execute(...args);
      },
    } as ApiNeeds["followOrder"];
    const app = await startHttpApp({ instead: { followOrder }, streamBounds: { heartbeatMs: 5 } });
    const follow = async (orderId: string) => {
      const response = app.ask("GET", `/api/v1/orders/${orderId}/events`, { as: "kim" });
      await started;
      return { response };
    };
    return { app, follow, release };
  };

  it("gets no heartbeat before, so its problem can still be the response", async () => {
    const { app, follow, release } = await delayedApp();
    const { response } = await follow("unknown");
    const begun = await openStream(app, (await claimed(app)).events);
    // The delayed stream was opened before this one, so both heartbeats have passed it.
    await begun.until("\n\n:\n\n:\n\n");
    release();
    expectProblem(await response, "order-not-found");
  });

  it("gets its problem, or 503 instead of its first event, when the server stops", async () => {
    const { app, follow, release } = await delayedApp();
    const orderId = await placeOrder(app, [await addProduct(app)]);
    const [unknown, known] = [await follow("unknown"), await follow(orderId)];
    await expect.poll(async () => (await app.client.get("/metrics")).text).toMatch(/^rushboard_sse_connections 2$/m);
    const stopped = app.server.stop(5000);
    release();
    expectProblem(await unknown.response, "order-not-found");
    expectProblem(await known.response, "too-many-streams");
    await stopped;
  });
});
