import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { coupon, evening } from "../../scripts/demo/invented.js";
import { dataFolder, type Settings } from "../support/node.js";
import { isLongRun } from "../support/test-size.js";

type Item = Readonly<Record<string, unknown>>;

const isGone = (group: number): boolean => {
  try {
    return !process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
};

/** A demo on a terminal of its own, its temporary files in a folder of their own. */
const startDemo = async (options: readonly string[], settings: Settings = {}) => {
  const folder = await dataFolder();
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/demo/main.ts", ...options], {
    env: { ...process.env, PORT: "0", ...settings, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const group = Number(child.pid);
  onTestFinished(() => void (isGone(group) || process.kill(-group, "SIGKILL")));
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  return {
    said,
    code: once(child, "close").then(([code]) => code as number | null),
    /** What the service keeps its data in. */
    data: async () => (await readdir(folder)).filter((name) => name.startsWith("rushboard-")),
    address: () => /Rushboard is at (\S+)/.exec(said.out)?.[1] ?? "",
    /** What Ctrl-C does: everything that runs on the terminal is told at once. */
    interrupt: () => process.kill(-group, "SIGINT"),
    isGone: () => isGone(group),
  };
};

const patient = { timeout: 90_000, interval: 250 };

describe("npm run demo", () => {
  it.runIf(isLongRun)(
    "shows a drop, an on-sale and boards that move, and Ctrl-C ends it cleanly",
    { timeout: 300_000 },
    async () => {
      // Settings of the environment are not the demo's.
      const demo = await startDemo([], { AUTH_SECRET: "short", ROLES: "api", DATABASE_URL: "mysql://nowhere:1/none" });
      await expect.poll(demo.address, patient).not.toBe("");
      expect(await demo.data()).toHaveLength(1);
      const read = async (path: string) =>
        (await (await fetch(new URL(`/api/v1${path}`, demo.address()))).json()) as Item;
      const items = async (path: string) => (await read(path)).items as readonly Item[];
      const drop = async () => read(`/coupons/${/#\/drop\/(\S+)/.exec(demo.said.out)?.[1]}`);
      const scheduleId = /schedule=(\S+)/.exec(demo.said.out)?.[1];

      expect(await drop()).toMatchObject({ couponId: coupon.couponId, state: "scheduled", issued: 0 });
      expect(await read(`/schedules/${scheduleId}`)).toMatchObject({ available: evening.seats, reserved: 0 });
      expect(await items("/rankings/sold-out")).toHaveLength(3);
      // The days before are in the books, so today's places can be told from yesterday's.
      await expect
        .poll(async () => (await items("/rankings/products?window=3d")).map(({ movement }) => typeof movement), patient)
        .toContain("number");
      const today = async () => (await items("/rankings/products?window=1d")).map(({ quantity }) => quantity);
      const before = await today();
      await expect.poll(today, patient).not.toEqual(before);

      await expect
        .poll(drop, patient)
        .toMatchObject({ state: "sold-out", issued: coupon.quantity, remaining: 0, quantity: coupon.quantity });
      await expect
        .poll(() => read(`/schedules/${scheduleId}`), patient)
        .toMatchObject({ available: 0, held: 0, reserved: evening.seats, soldOutAt: expect.any(String) });
      const fastest = async () => (await items("/rankings/sold-out"))[0];
      await expect.poll(fastest, patient).toMatchObject({ rank: 1, scheduleId, title: evening.title });
      await expect.poll(() => demo.said.out, patient).toMatch(/sold out after/);
      const after = await today();
      await expect.poll(today, patient).not.toEqual(after);

      demo.interrupt();
      expect(await demo.code).toBe(0);
      expect(demo.said.err).toBe("");
      expect(demo.said.out).toContain(`sold out: ${coupon.quantity} coupons issued`);
      expect(demo.said.out).toMatch(/\nended; [1-9]\d* orders were paid\n$/);
      expect(await demo.data()).toEqual([]);
      await expect.poll(demo.isGone, patient).toBe(true);
    },
  );

  it("ends by itself where it is told when, in the middle of the show", async () => {
    const demo = await startDemo(["--seconds", "3"]);
    expect(await demo.code).toBe(0);
    expect(demo.said.err).toBe("");
    expect(demo.said.out).toMatch(/^Rushboard is at .*\n/);
    expect(demo.said.out).toMatch(/\nended; \d+ orders were paid\n$/);
    expect(await demo.data()).toEqual([]);
    await expect.poll(demo.isGone, patient).toBe(true);
  });

  it("is ended before it has begun", async () => {
    const demo = await startDemo([]);
    await expect.poll(demo.data, { ...patient, interval: 10 }).toHaveLength(1);
    demo.interrupt();
    expect(await demo.code).toBe(0);
    expect(demo.said.err).toBe("");
    expect(await demo.data()).toEqual([]);
    await expect.poll(demo.isGone, patient).toBe(true);
  });

  it("starts nothing where its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const demo = await startDemo([], { PORT: String(port) });
    expect(await demo.code).toBe(69);
    expect(demo.said).toEqual({ out: "", err: `demo: port ${port} is taken; PORT=0 npm run demo takes a free one\n` });
    expect(await demo.data()).toEqual([]);
  });

  it.each([
    [["--seconds", "soon"], {}, '--seconds: a whole number from 1 to 86400, not "soon"'],
    [["--seconds", "0"], {}, '--seconds: a whole number from 1 to 86400, not "0"'],
    [["--loud"], {}, "Unknown option '--loud'"],
    [["now"], {}, "Unexpected argument 'now'"],
    [[], { PORT: "http" }, 'PORT: a whole number from 0 to 65535, not "http"'],
  ])("says in one line what is wrong with %j %j, and starts nothing", async (options, settings, words) => {
    const demo = await startDemo(options, settings as Settings);
    expect(await demo.code).toBe(64);
    expect(demo.said.err).toMatch(/^demo: .*\n$/);
    expect(demo.said.err).toContain(words);
    expect(await demo.data()).toEqual([]);
  });
});
