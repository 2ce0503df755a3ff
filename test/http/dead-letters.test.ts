import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { addProduct, placeOrder, reached } from "./shop.js";

const list = async (app: HttpApp) =>
  Object.values((await app.ask("GET", "/api/v1/admin/dead-letters")).body.items ?? {});
const replay = (app: HttpApp, id: unknown) => app.ask("POST", `/api/v1/admin/dead-letters/${id}/replay`);

const parked = { group: "inventory", error: "the shelf collapsed", attempts: 8 } as const;

/** Places an order whose event never leaves, as if its group had failed on it for good; answers both. */
const parkPlacedOrder = async (app: HttpApp) => {
  const orderId = await placeOrder(app, [await addProduct(app)]);
  const { knex } = app.backends.database;
  const { payload } = await knex("outbox").first("payload");
  await knex("outbox").delete();
  await app.backends.ports.deadLetterRows.park([{ ...parked, type: "order.placed", event: payload }]);
  return { orderId, event: JSON.parse(payload) };
};

describe("dead letters", () => {
  it("show what was parked, why, and how often it was tried; replayed, they arrive", async () => {
    const app = await startHttpApp();
    const { orderId, event } = await parkPlacedOrder(app);
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const id = (await list(app))[0]?.id;
    expect(await list(app)).toEqual([{ id: expect.any(String), type: "order.placed", ...parked, at, event }]);
    expect(event.data.orderId).toBe(orderId);

    const replayed = await replay(app, id);
    expect([replayed.status, replayed.body]).toEqual([202, { id }]);
    expect(await list(app)).toEqual([]);
    expectProblem(await replay(app, id), "dead-letter-replayed");
    await app.work();
    expect((await reached(app, orderId, "awaiting-payment")).total).toBe(1000);
  });

  it("stay where they are until somebody replays them (control)", async () => {
    const app = await startHttpApp();
    const { orderId } = await parkPlacedOrder(app);
    await app.work();
    await reached(app, await placeOrder(app, [await addProduct(app)]), "awaiting-payment");
    expect((await app.ask("GET", `/api/v1/orders/${orderId}`, { as: "kim" })).body.status).toBe("pending");
  });

  it("that are no events are shown as they came, and cannot be replayed", async () => {
    const app = await startHttpApp();
    const letters = ["no JSON at all", '{"type":"order.placed"}', "null"];
    const park = letters.map((event) => ({ ...parked, type: "unknown", event }));
    await app.backends.ports.deadLetterRows.park(park);
    expect((await list(app)).map(({ event }) => event)).toEqual(["no JSON at all", { type: "order.placed" }, null]);
    for (const { id } of await list(app)) expectProblem(await replay(app, id), "dead-letter-undecodable");
    expect(await list(app)).toHaveLength(3);
  });

  it("are walked page by page, oldest first", async () => {
    const app = await startHttpApp();
    const letters = Array.from({ length: 5 }, (_, n) => ({ ...parked, type: "unknown", event: `"${n}"` }));
    await app.backends.ports.deadLetterRows.park(letters);
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const { body } = await app.ask("GET", `/api/v1/admin/dead-letters?limit=2${cursor}`);
      seen.push(...Object.values(body.items ?? {}).map(({ event }) => event));
      cursor = body.nextCursor === null ? "" : `&cursor=${body.nextCursor}`;
    } while (cursor !== "");
    expect(seen).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("that are not there are 404, and an id that cannot be is 400", async () => {
    const app = await startHttpApp();
    for (const id of ["999999", "0", "-1", "1e0", "abc", "9".repeat(40)])
      expectProblem(await replay(app, id), "dead-letter-not-found");
    expect(faultsOf(await replay(app, "1.0"))).toEqual(["path/deadLetterId"]);
    const body = { group: "inventory" };
    const answered = await app.ask("POST", "/api/v1/admin/dead-letters/1/replay", { body });
    expect(faultsOf(answered)).toEqual(["#/group"]);
  });
});
