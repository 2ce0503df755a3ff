import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { pagesOf } from "./list-pages.js";
import { addProduct, orderOf, orderReaching, placeOrder } from "./order-fixture.js";

const path = "/api/v1/admin/dead-letters";
const list = async (app: HttpApp) => (await app.client.get(path).expect(200)).body.items;
const replay = (app: HttpApp, id: string) => app.client.post(`${path}/${id}/replay`);

const facts = { group: "inventory", error: "the handler failed", attempts: 8 } as const;
const park = (app: HttpApp, ...letters: readonly { readonly type: string; readonly event: string }[]) =>
  app.backends.ports.deadLetterRows.park(letters.map((letter) => ({ ...facts, ...letter })));

/** Places an order and parks its event as if a consumer had failed on it 8 times. */
const parkPlacedOrder = async (app: HttpApp) => {
  const orderId = await placeOrder(app, [await addProduct(app)]);
  const { knex } = app.backends.database;
  const { payload } = await knex("outbox").first("payload");
  await knex("outbox").delete();
  await park(app, { type: "order.placed", event: payload });
  return { orderId, event: JSON.parse(payload) };
};

describe("a dead letter", () => {
  it("shows the event, its error and its attempts, and is delivered by a replay, once", async () => {
    const app = await startHttpApp();
    const { orderId, event } = await parkPlacedOrder(app);
    const [letter] = await list(app);
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(letter).toEqual({ id: letter.id, type: "order.placed", ...facts, at, event });
    expect(event.data.orderId).toBe(orderId);

    expect((await replay(app, letter.id).expect(202)).body).toEqual({ id: letter.id });
    expect(await list(app)).toEqual([]);
    expectProblem(await replay(app, letter.id), "dead-letter-replayed", { deadLetterId: letter.id });
    await app.work();
    expect((await orderReaching(app, orderId, "awaiting-payment")).total).toBe(1000);
  });

  it("is not delivered without a replay (negative control)", async () => {
    const app = await startHttpApp();
    const { orderId } = await parkPlacedOrder(app);
    await app.work();
    await orderReaching(app, await placeOrder(app, [await addProduct(app)]), "awaiting-payment");
    expect((await orderOf(app, orderId)).status).toBe("pending");
  });

  it("that is not an event is shown as text or JSON and cannot be replayed", async () => {
    const app = await startHttpApp();
    const texts = ["not JSON", '{"type":"order.placed"}', "null"];
    await park(app, ...texts.map((event) => ({ type: "unknown", event })));
    const letters = await list(app);
    expect(letters.map(({ event }: { event: unknown }) => event)).toEqual(["not JSON", { type: "order.placed" }, null]);
    for (const { id } of letters) expectProblem(await replay(app, id), "dead-letter-undecodable");
    expect(await list(app)).toHaveLength(3);
  });

  it("returns 404 for an unknown id", async () => {
    const app = await startHttpApp();
    for (const id of ["999999", "0", "-1", "1e0", "abc", "9".repeat(40)])
      expectProblem(await replay(app, id), "dead-letter-not-found", { deadLetterId: id });
  });
});

describe("DELETE /admin/dead-letters/{id}", () => {
  const discard = (app: HttpApp, id: string) => app.client.delete(`${path}/${id}`);

  it("deletes the dead letter, which is never delivered", async () => {
    const app = await startHttpApp();
    const { orderId } = await parkPlacedOrder(app);
    const [letter] = await list(app);
    const { text } = await discard(app, letter.id).expect(204);
    expect([text, await list(app)]).toEqual(["", []]);
    for (const again of [await discard(app, letter.id), await replay(app, letter.id)])
      expectProblem(again, "dead-letter-not-found", { deadLetterId: letter.id });
    await app.work();
    await orderReaching(app, await placeOrder(app, [await addProduct(app)]), "awaiting-payment");
    expect((await orderOf(app, orderId)).status).toBe("pending");
  });

  it("leaves the other ones, and keeps one that was replayed", async () => {
    const app = await startHttpApp();
    await parkPlacedOrder(app);
    const [replayed] = await list(app);
    await replay(app, replayed.id).expect(202);
    expectProblem(await discard(app, replayed.id), "dead-letter-replayed", { deadLetterId: replayed.id });
    await park(app, ...["1", "2"].map((event) => ({ type: "unknown", event })));
    const [first, second] = await list(app);
    await discard(app, first.id).expect(204);
    expect(await list(app)).toEqual([second]);
  });
});

describe("GET /admin/dead-letters", () => {
  it("lists dead letters page by page, oldest first", async () => {
    const app = await startHttpApp();
    await park(app, ...Array.from({ length: 5 }, (_, n) => ({ type: "unknown", event: `"${n}"` })));
    const pages = await pagesOf(app.client, path, 2);
    expect(pages.map((page) => page.map(({ event }) => event))).toEqual([["0", "1"], ["2", "3"], ["4"]]);
  });
});
