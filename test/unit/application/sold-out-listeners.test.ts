import { describe, expect, it, onTestFinished, vi } from "vitest";
import { BoxOffice } from "../../../bench/rehearsal/box-office.js";
import { Client } from "../../../bench/rehearsal/client.js";
import {
  type Choreography,
  type ConsumerGroup,
  choreograph,
  type Reaction,
  type Reactions,
} from "../../../src/application/choreography.js";
import type { DeadLetter } from "../../../src/application/ports/dead-letters.js";
import type { EventOf, EventType } from "../../../src/domain/event.js";
import type { ConcertId, ScheduleId } from "../../../src/domain/ids.js";
import { scheduleSoldOut } from "../../../src/domain/sold-out.js";
import { after } from "../../../src/domain/time.js";
import { noon } from "../../support/coupon-data.js";
import { startHttpApp } from "../../support/http-app.js";
import { MemoryEventBus } from "../../support/memory-event-bus.js";

type SoldOut = EventOf<"schedule.sold-out">;
type Recipe = Reactions & { readonly textSoldOut: Reaction<"schedule.sold-out"> };

// Adds the new listener's row to the choreography: its own consumer group and its reaction to a sell-out.
vi.mock("../../../src/application/choreography.js", async (original) => {
  const right = await original<typeof import("../../../src/application/choreography.js")>();
  const consumerGroups = [...right.consumerGroups, "texts" as ConsumerGroup];
  const choreograph = (app: Recipe) => {
    const all = right.choreograph(app);
    return { ...all, "schedule.sold-out": { ...all["schedule.sold-out"], texts: app.textSoldOut } };
  };
  const groups: Choreography = choreograph({} as Recipe);
  const groupsOf = (type: EventType) => consumerGroups.filter((group) => Object.hasOwn(groups[type], group));
  return { ...right, consumerGroups, choreograph, groupsOf };
});

/** The new listener's file: it sends a text message per sell-out. */
class TextSoldOut implements Reaction<"schedule.sold-out"> {
  readonly received: string[] = [];
  private readonly send: (id: string) => Promise<void>;

  constructor(send: (id: string) => Promise<void> = async () => {}) {
    this.send = send;
  }

  async execute(events: readonly SoldOut[]): Promise<void> {
    for (const { id } of events) {
      this.received.push(id);
      await this.send(id);
    }
  }
}

const broken = async () => {
  throw new Error("no signal");
};
const hanging = () => new Promise<void>(() => {});

const soldOut = (id: string, seconds: number): SoldOut =>
  scheduleSoldOut({
    concertId: "winter" as ConcertId,
    scheduleId: id as ScheduleId,
    seats: 500,
    salesOpenAt: noon,
    soldOutAt: after(noon, seconds * 1000),
  });
const [first, second] = [soldOut("fri", 9), soldOut("sat", 12)];
const ids = [first.id, second.id];

/** A memory bus with the two built-in listeners and the new one. */
const listening = async (textSoldOut: TextSoldOut) => {
  const parked: DeadLetter[] = [];
  const bus = new MemoryEventBus({ park: async (letters) => void parked.push(...letters) }, () => 1);
  const [rankSoldOut, addWebhookDeliveries] = [new TextSoldOut(), new TextSoldOut()];
  const reactions = { rankSoldOut, addWebhookDeliveries, textSoldOut } as unknown as Recipe;
  await bus.consume(choreograph(reactions));
  return { bus, parked, others: [rankSoldOut, addWebhookDeliveries] };
};

describe("a new sold-out listener", () => {
  it("receives every sell-out, as the existing listeners do", async () => {
    const texts = new TextSoldOut();
    const { bus, parked, others } = await listening(texts);
    onTestFinished(() => bus.stopConsuming());
    await bus.publish([first, second]);
    await bus.quiet();
    for (const { received } of [texts, ...others]) expect(received).toEqual(ids);
    expect(ids).toEqual(["schedule.sold-out:fri", "schedule.sold-out:sat"]);
    expect(parked).toEqual([]);
  });

  // Proves: P3
  it("that throws has its event parked in its own group, and the other listeners receive the event once", async () => {
    const texts = new TextSoldOut(broken);
    const { bus, parked, others } = await listening(texts);
    onTestFinished(() => bus.stopConsuming());
    await bus.publish([first]);
    await bus.quiet();
    expect(texts.received).toEqual(Array.from({ length: 8 }, () => first.id));
    expect(parked).toMatchObject([{ group: "texts", attempts: 8, type: "schedule.sold-out" }]);
    for (const { received } of others) expect(received).toEqual([first.id]);
  });

  // Proves: P3
  it("that hangs does not delay the other listeners", async () => {
    const { bus, others } = await listening(new TextSoldOut(hanging));
    await bus.publish([first]);
    await bus.publish([second]);
    await expect.poll(() => others.map(({ received }) => received)).toEqual([ids, ids]);
  });

  it.each([
    { how: "works", send: async () => {} },
    { how: "throws", send: broken },
  ])("that $how: payments and boards go on as before", async ({ send }) => {
    const app = await startHttpApp();
    const texts = new TextSoldOut(send);
    Object.assign(app.application, { textSoldOut: texts });
    await app.work();
    const client = new Client(new URL(app.url), undefined);
    onTestFinished(() => client.close());
    const office = await BoxOffice.open(client, { title: "Winter", seats: 3, opensInMs: 0 });
    for (const seatNo of [1, 2, 3]) {
      const { body } = await office.hold("kim", seatNo);
      expect(await office.pay("kim", String(body.reservationId), `pay-${seatNo}`)).toMatchObject({ status: 201 });
    }
    await expect.poll(() => texts.received).toContain(`schedule.sold-out:${office.scheduleId}`);
    await expect.poll(() => office.board("fastest")).toMatchObject([{ rank: 1, scheduleId: office.scheduleId }]);
    expect(client.retries).toEqual([]);
  });
});
