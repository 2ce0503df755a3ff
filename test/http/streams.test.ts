import { Writable } from "node:stream";
import { EventSource } from "eventsource";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ApiNeeds } from "../../src/adapters/http/api/routes.js";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, openCoupon, startHttpApp } from "../support/http-app.js";
import { follow, namesIn } from "./follow.js";
import { addProduct, line, placeOrder } from "./shop.js";

type Task = { readonly taskId: string; readonly events: string; readonly ticketed: string };

const claimed = async (app: HttpApp, as = "kim"): Promise<Task> => {
  const { body } = await app.ask("POST", `/api/v1/coupons/${await openCoupon(app)}/claims`, { as });
  const taskId = String(body.taskId);
  return { taskId, events: `/api/v1/tasks/${taskId}/events`, ticketed: String(body.links?.events) };
};

/** An app whose followers of orders are held back, once they have come for one, until they are let go. */
const holding = async () => {
  let [came, letGo] = [() => {}, () => {}];
  const coming = new Promise<void>((resolve) => {
    came = resolve;
  });
  const going = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const followOrder = {
    async execute(...asked: Parameters<ApiNeeds["followOrder"]["execute"]>) {
      came();
      await going;
      return app.application.followOrder.execute(...asked);
    },
  } as ApiNeeds["followOrder"];
  const app = await startHttpApp({ instead: { followOrder }, streamBounds: { heartbeatMs: 5 } });
  const ask = async (orderId: string) => {
    const answer = app.ask("GET", `/api/v1/orders/${orderId}/events`, { as: "kim", endless: true });
    await coming;
    return { answer };
  };
  return { app, ask, letGo };
};

describe("a task's stream", () => {
  it("tells pending at once, the end when it comes, and closes", async () => {
    const app = await startHttpApp();
    const { events, taskId } = await claimed(app);
    const stream = await follow(app, events);
    expect(stream.response.status).toBe(200);
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    const begun = await stream.until("\n\nevent: pending\n");
    expect(begun).toMatch(/^retry: 2000\n\nevent: pending\n/);
    await app.work();
    const text = await stream.toEnd();
    expect(namesIn(text)).toEqual(["pending", "settled"]);
    const [, id, data = ""] = /\nid: (.+)\nevent: settled\ndata: (.+)\n\n$/.exec(text) ?? [];
    expect(id).toBe(`${taskId}:settled`);
    expect(JSON.parse(data)).toEqual((await app.ask("GET", `/api/v1/tasks/${taskId}`, { as: "kim" })).body);
    expect(JSON.parse(data)).toMatchObject({ status: "succeeded" });
  });

  // Proves: C6
  it("tells only the end once that is known, to every follower and every time", async () => {
    const app = await startHttpApp();
    const { events, taskId } = await claimed(app);
    const both = await Promise.all([follow(app, events), follow(app, events)]);
    await Promise.all(both.map(({ until }) => until("pending")));
    await app.work();
    for (const { toEnd } of both) expect(namesIn(await toEnd())).toEqual(["pending", "settled"]);
    for (let time = 0; time < 2; time++)
      expect(namesIn((await app.ask("GET", events, { as: "kim" })).text)).toEqual(["settled"]);
    const headers = { "last-event-id": `${taskId}:settled` };
    expect(await app.ask("GET", events, { as: "kim", headers })).toMatchObject({ status: 204, text: "" });
    const other = await app.ask("GET", events, { as: "kim", headers: { "last-event-id": "another:settled" } });
    expect(namesIn(other.text)).toEqual(["settled"]);
  });

  it("serves a browser's EventSource by its ticket, which ends by itself", async () => {
    const app = await startHttpApp({ auth: { mode: "secret", secret: "x".repeat(32) } });
    const open = await startHttpApp();
    const { ticketed } = await claimed(open);
    expect((await fetch(app.url + ticketed)).status).toBe(401); // signed by another node's key
    const source = new EventSource(open.url + ticketed);
    onTestFinished(() => source.close());
    const heard: string[] = [];
    source.addEventListener("pending", () => {
      heard.push("pending");
      void open.work();
    });
    source.addEventListener("settled", ({ data }) => heard.push(JSON.parse(data).status));
    // It comes back with Last-Event-ID; 204 tells it to stop.
    await expect.poll(() => source.readyState).toBe(EventSource.CLOSED);
    expect(heard).toEqual(["pending", "succeeded"]);
  });
});

describe("a ticket", () => {
  // Proves: C7
  it("opens its own stream until it expires, and nothing else", async () => {
    const lines: string[] = [];
    const logTo = new Writable({ write: (line, _encoding, done) => done(void lines.push(String(line))) });
    const app = await startHttpApp({ logTo });
    const [mine, others] = [await claimed(app), await claimed(app, "lee")];
    await app.work();
    const ticket = mine.ticketed.split("?")[1] ?? "";
    const namesake = { orderId: mine.taskId, items: [line(await addProduct(app))] };
    expect((await app.ask("POST", "/api/v1/orders", { as: "kim", body: namesake })).status).toBe(202);
    expect(namesIn((await app.ask("GET", mine.ticketed)).text)).toContain("settled");
    for (const path of [
      `${others.events}?${ticket}`,
      `/api/v1/tasks/no-such-task/events?${ticket}`,
      `${mine.events}?ticket=`,
      `${mine.events}?ticket=nonsense`,
      `${mine.events}?${ticket.slice(0, -1)}`,
      `${mine.events}?${ticket.replace(/=\w+/, "=zzzzzzz")}`,
      `/api/v1/tasks/no-such-task/events?ticket=nonsense`,
      `/api/v1/tasks/${mine.taskId}?${ticket}`,
      `/api/v1/orders/${mine.taskId}/events?${ticket}`,
      `/api/v1/me/coupons?${ticket}`,
    ])
      expectProblem(await app.ask("GET", path), "unauthorized");
    app.advance(3_600_000);
    expectProblem(await app.ask("GET", mine.ticketed), "unauthorized");
    // A shopper's own name does not mend a ticket that is no good.
    expectProblem(await app.ask("GET", mine.ticketed, { as: "kim" }), "unauthorized");
    expect(lines.join("")).toContain(mine.events);
    expect(lines.join("")).not.toContain(ticket.slice("ticket=".length));
  });
});

describe("streams", () => {
  it("are five at most a shopper; a place comes free when one is left", async () => {
    const app = await startHttpApp();
    const { events } = await claimed(app);
    const open = await Promise.all(Array.from({ length: 5 }, () => follow(app, events)));
    const sixth = await app.ask("GET", events, { as: "kim" });
    expectProblem(sixth, "too-many-streams");
    expect(Number(sixth.headers.get("retry-after"))).toBeGreaterThan(0);
    const other = await follow(app, (await claimed(app, "lee")).events, "lee");
    expect(other.response.status).toBe(200);
    open[0]?.leave();
    await expect.poll(async () => (await follow(app, events)).response.status).toBe(200);
  });

  it("are bounded a process, whoever asks", async () => {
    const app = await startHttpApp({ streamBounds: { perProcess: 1 } });
    const first = await follow(app, (await claimed(app)).events);
    const { events } = await claimed(app, "lee");
    expect(first.response.status).toBe(200);
    expectProblem(await app.ask("GET", events, { as: "lee" }), "too-many-streams");
    expect((await app.ask("GET", "/metrics")).text).toMatch(/^rushboard_sse_connections 1$/m);
  });

  it("are not taken by a refusal", async () => {
    const app = await startHttpApp();
    for (let time = 0; time < 6; time++)
      expectProblem(await app.ask("GET", "/api/v1/tasks/none/events", { as: "kim" }), "task-not-found");
    expect((await follow(app, (await claimed(app)).events)).response.status).toBe(200);
  });

  it("are kept alive by a comment", async () => {
    const app = await startHttpApp({ streamBounds: { heartbeatMs: 5 } });
    const stream = await follow(app, (await claimed(app)).events);
    expect(namesIn(await stream.until("\n\n:\n\n:\n\n"))).toEqual(["pending"]);
  });

  it("end when the server stops, asking followers to come back later", async () => {
    const app = await startHttpApp();
    const stream = await follow(app, (await claimed(app)).events);
    await stream.until("pending");
    const [text] = await Promise.all([stream.toEnd(), app.server.stop(5000)]);
    expect(namesIn(text)).toEqual(["pending"]);
    expect(text).toMatch(/\n\nretry: \d{3,4}\n\n$/);
    await expect(fetch(`${app.url}/livez`)).rejects.toThrow();
  });

  it("that have not begun are not begun by a heartbeat: what is not there is still 404", async () => {
    const { app, ask, letGo } = await holding();
    const { answer } = await ask("none");
    const begun = await follow(app, (await claimed(app)).events);
    // Whoever came before this one was passed by both heartbeats.
    await begun.until("\n\n:\n\n:\n\n");
    letGo();
    expectProblem(await answer, "order-not-found");
  });

  it("that have not begun when the server stops are answered by what they ask for, or told to come back", async () => {
    const { app, ask, letGo } = await holding();
    const orderId = await placeOrder(app, [await addProduct(app)]);
    const [unknown, known] = [await ask("none"), await ask(orderId)];
    await expect.poll(async () => (await app.ask("GET", "/metrics")).text).toMatch(/^rushboard_sse_connections 2$/m);
    const stopped = app.server.stop(5000);
    letGo();
    expectProblem(await unknown.answer, "order-not-found");
    expectProblem(await known.answer, "too-many-streams");
    await stopped;
  });
});
