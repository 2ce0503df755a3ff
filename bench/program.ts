import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { spawnBound } from "../test/support/backend-servers/child-process.js";
import { freePort } from "../test/support/backend-servers/free-port.js";
import { onMeasuredCore } from "./cores.js";
import { measuredNode } from "./node-version.js";

/** A measured program, alone on its core. */
export type Program = {
  readonly url: URL;
  /** CPU time used so far, in microseconds, by user and system; the kernel counts it in steps of 10 ms. */
  cpu(): Promise<number>;
  /** Resident memory, in KiB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
};

export type Settings = Readonly<Record<string, string>>;

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Starts Node on a free port and waits until it is ready. @throws Error if it ends before */
const start = async (command: readonly string[], settings: Settings): Promise<Program> => {
  const port = await freePort();
  const [file = "", ...args] = onMeasuredCore([measuredNode(), ...command]);
  const child = spawnBound([file, ...args], {
    env: { PATH: process.env.PATH, PORT: String(port), ...settings },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(child, "exit");
  const url = new URL(`http://127.0.0.1:${port}`);
  for (const deadline = Date.now() + 20_000; ; await pause(5)) {
    const ready = await fetch(new URL("/readyz", url)).then(
      (response) => response.arrayBuffer().then(() => response.status !== 503),
      () => false,
    );
    if (ready) break;
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`${command.join(" ")} is not ready after 20 s`);
  }
  const proc = (name: string) => readFile(`/proc/${child.pid}/${name}`, "utf8");
  return {
    url,
    async cpu() {
      const [, stat = ""] = (await proc("stat")).split(") ");
      const [user, system] = stat.split(" ").slice(11, 13);
      return (Number(user) + Number(system)) * 10_000;
    },
    memory: async () => Number(/VmRSS:\s+(\d+)/.exec(await proc("status"))?.[1]),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
};

/** Starts one of `bench/programs`. */
export const startProgram = (name: string, settings: Settings = {}): Promise<Program> =>
  start(["--import", "tsx", pathOf(`programs/${name}.ts`)], settings);

/** Starts one of `bench/peers`. */
export const startPeer = (name: string, settings: Settings): Promise<Program> =>
  start([pathOf(`peers/${name}.js`)], settings);

/** Starts the service that is built in `root` on a free port with an empty data folder. */
export const startService = async (settings: Settings = {}, root = pathOf("..")): Promise<Program> => {
  const folder = await mkdtemp(join(tmpdir(), "rushboard-"));
  const options = (process.env.BENCH_NODE_OPTIONS ?? "").split(" ").filter(Boolean);
  const service = await start([...options, join(root, "dist/bootstrap/main.js")], {
    DATA_DIR: folder,
    LOG_LEVEL: "warn",
    RATE_LIMIT_PER_SHOPPER: "0",
    ...settings,
  });
  const stop = async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...service, stop };
};
