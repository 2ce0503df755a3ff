import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { concert, coupon } from "../../scripts/demo/sample-data.js";
import { dataFolder, type Settings } from "../support/node.js";
import { isLongRun, sizeOf } from "../support/test-size.js";

type Item = Readonly<Record<string, unknown>>;

/** Whether all processes of a process group have ended. */
const hasGroupEnded = (group: number): boolean => {
  try {
    return !process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
};

/** Starts a demo in its own process group, with its own folder for temporary files. */
const startDemo = async (options: readonly string[], settings: Settings = {}) => {
  const folder = await dataFolder();
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/demo/main.ts", ...options], {
    env: { ...process.env, PORT: "0", ...settings, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const group = Number(child.pid);
  onTestFinished(() => void (hasGroupEnded(group) || process.kill(-group, "SIGKILL")));
  const output = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.err += text;
  });
  return {
    output,
    code: once(child, "close").then(([code]) => code as number | null),
    /** The data folders of the service. */
    dataFolders: async () => (await readdir(folder)).filter((name) => name.startsWith("rushboard-")),
    address: () => /Rushboard runs at (\S+)/.exec(output.out)?.[1] ?? "",
    /** Sends SIGINT to the whole process group, as Ctrl-C does. */
    interrupt: () => process.kill(-group, "SIGINT"),
    hasEnded: () => hasGroupEnded(group),
  };
};

const pollOptions = { timeout: 90_000, interval: 250 };

describe("npm run demo", () => {
  it.runIf(isLongRun)("runs a drop, an on-sale and moving boards until Ctrl-C", { timeout: 300_000 }, async () => {
    // The demo ignores the settings of the environment.
    const demo = await startDemo([], { AUTH_SECRET: "short", ROLES: "api", DATABASE_URL: "mysql://nowhere:1/none" });
    await expect.poll(demo.address, pollOptions).not.toBe("");
    expect(await demo.dataFolders()).toHaveLength(1);
    const read = async (path: string) =>
      (await (await fetch(new URL(`/api/v1${path}`, demo.address()))).json()) as Item;
    const items = async (path: string) => (await read(path)).items as readonly Item[];
    const drop = async () => read(`/coupons/${/#\/drop\/(\S+)/.exec(demo.output.out)?.[1]}`);
    const scheduleId = /schedule=(\S+)/.exec(demo.output.out)?.[1];

    expect(await drop()).toMatchObject({ couponId: coupon.couponId, state: "scheduled", issued: 0 });
    expect(await read(`/schedules/${scheduleId}`)).toMatchObject({ available: concert.seats, reserved: 0 });
    expect(await items("/rankings/sold-out")).toHaveLength(3);
    // There are sales of earlier days, so the board shows movements.
    await expect
      .poll(
        async () => (await items("/rankings/products?window=3d")).map(({ movement }) => typeof movement),
        pollOptions,
      )
      .toContain("number");
    const quantities = async () => (await items("/rankings/products?window=1d")).map(({ quantity }) => quantity);
    const before = await quantities();
    await expect.poll(quantities, pollOptions).not.toEqual(before);

    await expect
      .poll(drop, pollOptions)
      .toMatchObject({ state: "sold-out", issued: coupon.quantity, remaining: 0, quantity: coupon.quantity });
    await expect
      .poll(() => read(`/schedules/${scheduleId}`), pollOptions)
      .toMatchObject({ available: 0, held: 0, reserved: concert.seats, soldOutAt: expect.any(String) });
    const fastest = async () => (await items("/rankings/sold-out"))[0];
    await expect.poll(fastest, pollOptions).toMatchObject({ rank: 1, scheduleId, title: concert.title });
    await expect.poll(() => demo.output.out, pollOptions).toMatch(/sold out after/);
    const after = await quantities();
    await expect.poll(quantities, pollOptions).not.toEqual(after);

    demo.interrupt();
    expect(await demo.code).toBe(0);
    expect(demo.output.err).toBe("");
    expect(demo.output.out).toContain(`sold out: ${coupon.quantity} coupons issued`);
    expect(demo.output.out).toMatch(/\ndemo ended, orders paid: [1-9]\d*\n$/);
    expect(await demo.dataFolders()).toEqual([]);
    await expect.poll(demo.hasEnded, pollOptions).toBe(true);
  });

  it("ends after the given number of seconds and leaves nothing behind", async () => {
    const demo = await startDemo(["--seconds", "1"]);
    expect(await demo.code).toBe(0);
    expect(demo.output.err).toBe("");
    expect(demo.output.out).toMatch(/^Rushboard runs at .*\n/);
    expect(demo.output.out).toMatch(/\ndemo ended, orders paid: \d+\n$/);
    expect(await demo.dataFolders()).toEqual([]);
    await expect.poll(demo.hasEnded, pollOptions).toBe(true);
  });

  it("ends on Ctrl-C during its start", async () => {
    const demo = await startDemo([]);
    await expect.poll(demo.dataFolders, { ...pollOptions, interval: 10 }).toHaveLength(1);
    demo.interrupt();
    expect(await demo.code).toBe(0);
    expect(demo.output.err).toBe("");
    expect(await demo.dataFolders()).toEqual([]);
    await expect.poll(demo.hasEnded, pollOptions).toBe(true);
  });

  it("does not start if its port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const demo = await startDemo([], { PORT: String(port) });
    expect(await demo.code).toBe(69);
    const err = `demo: port ${port} is in use. For a free port run: PORT=0 npm run demo\n`;
    expect(demo.output).toEqual({ out: "", err });
    expect(await demo.dataFolders()).toEqual([]);
  });

  const rejected: readonly [readonly string[], Settings, string][] = [
    [["--seconds", "soon"], {}, '--seconds must be a whole number from 1 to 86400, not "soon"'],
    [["--loud"], {}, "Unknown option '--loud'"],
    [[], { PORT: "http" }, 'PORT must be a whole number from 0 to 65535, not "http"'],
  ];
  it.each(sizeOf({ short: rejected.slice(0, 1), long: rejected }))(
    "rejects the arguments %j and settings %j in one line",
    async (options, settings, message) => {
      const demo = await startDemo(options, settings);
      expect(await demo.code).toBe(64);
      expect(demo.output.err).toMatch(/^demo: .*\n$/);
      expect(demo.output.err).toContain(message);
      expect(await demo.dataFolders()).toEqual([]);
    },
  );
});
