import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A service that runs in a separate process. */
export type RunningService = {
  readonly url: URL;
  readonly pid: number;
  /** Resolves with the exit code, or with null if a signal ended the process. */
  readonly ended: Promise<number | null>;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<void>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
};

const main = fileURLToPath(new URL("../../dist/bootstrap/main.js", import.meta.url));

/**
 * Starts the built service on a free port with an empty data folder, unless the settings say otherwise. Backend URLs come
 * from the environment.
 *
 * @throws Error with the service's output if it does not start
 */
export const startService = async (settings: Readonly<Record<string, string>> = {}): Promise<RunningService> => {
  const folder = await mkdtemp(join(tmpdir(), "rushboard-"));
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: "0", DATA_DIR: folder, LOG_LEVEL: "info", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const url = await new Promise<URL>((resolve, reject) => {
    let output = "";
    const readLine = (line: string) => {
      output += `${line}\n`;
      const address = /"address":"([^"]+)"/.exec(line)?.[1];
      if (address !== undefined) resolve(new URL(address));
    };
    createInterface({ input: child.stdout }).on("line", readLine);
    createInterface({ input: child.stderr }).on("line", readLine);
    void ended.then(async () => {
      await rm(folder, { recursive: true, force: true });
      reject(new Error(`the service did not start:\n${output.slice(0, 2000)}`));
    });
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, pid: child.pid as number, ended, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
};
