import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, reasonIn, spawnBound } from "./child-process.js";

/** How a server is started, and how to check that it is ready. */
export interface Recipe {
  readonly name: string;
  readonly version: string;
  readonly command: Command;
  /** Holds the data and the log; removed when this process exits. */
  readonly folder: string;
  /** Rejects while the server is not ready. */
  readonly answers: () => Promise<unknown>;
}

/** A real server as a child of this process, which tests can stop, kill, freeze and restart. */
export class ServerProcess {
  readonly version: string;
  readonly #recipe: Recipe;
  #child: ChildProcess;

  private constructor(recipe: Recipe) {
    this.version = recipe.version;
    this.#recipe = recipe;
    this.#child = launch(recipe);
  }

  /** Resolves when the server is ready. Rejects with one line that names the reason. */
  static async start(recipe: Recipe): Promise<ServerProcess> {
    const server = new ServerProcess(recipe);
    await server.#untilItAnswers();
    return server;
  }

  /** Changes with every `restart`. */
  get pid(): number {
    return this.#child.pid as number;
  }

  /** Sends SIGTERM and waits for the end. The data are kept for `restart`. */
  async stop(): Promise<void> {
    this.resume(); // a frozen process never sees the SIGTERM
    await this.#end("SIGTERM");
  }

  /** Sends SIGKILL and waits for the end. Data that the kernel has received are kept. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Sends SIGSTOP: connections stay open, and requests get no response. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  /** Sends SIGCONT, which ends `freeze`. */
  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** Starts again on the same port and data; stops first if it still runs. */
  async restart(): Promise<void> {
    await this.stop();
    this.#child = launch(this.#recipe);
    await this.#untilItAnswers();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (hasEnded(child)) return;
    const ended = once(child, "exit");
    child.kill(signal);
    const killTimer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await ended;
    clearTimeout(killTimer);
  }

  async #untilItAnswers(): Promise<void> {
    const { name, folder, answers } = this.#recipe;
    const deadline = Date.now() + 90_000;
    while (!hasEnded(this.#child) && Date.now() < deadline) {
      const served = await answers().then(
        () => true,
        () => false,
      );
      // The response must come from this child, not from another process on its port.
      if (served && !hasEnded(this.#child)) return;
      await sleep(50);
    }
    const trouble = hasEnded(this.#child) ? "ended while starting" : "does not answer";
    await this.kill();
    throw new Error(`${name} ${trouble}: ${reasonIn(readFileSync(logIn(folder), "utf8"))}`);
  }
}

function launch({ command, folder }: Recipe): ChildProcess {
  const log = openSync(logIn(folder), "a");
  // A separate process group: Ctrl-C must not end the servers before the tests that use them.
  const child = spawnBound(command, { cwd: folder, stdio: ["ignore", log, log], detached: true });
  closeSync(log);
  child.on("error", () => {}); // seen by hasEnded
  child.unref(); // a test that does not stop it can end, which ends the server too
  return child;
}

function logIn(folder: string): string {
  return join(folder, "server.log");
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
