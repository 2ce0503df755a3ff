import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

const kernelBond = ["setpriv", "--pdeathsig", "KILL"] as const;
let kernelBinds: boolean | undefined;
const children = new Set<ChildProcess>();
const folders = new Set<string>();
const folderPrefix = "rushboard-backend-";

/** Like `spawn`, but the child ends with this process; on Linux with `setpriv` also if this process is killed with SIGKILL. */
export function spawnBound(command: Command, options: SpawnOptions): ChildProcess {
  kernelBinds ??= spawnSync(kernelBond[0], [...kernelBond.slice(1), "true"]).status === 0;
  const [file, ...args]: Command = kernelBinds ? [...kernelBond, ...command] : command;
  const child = spawn(file, args, options);
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

/** Runs a program and returns its output. Rejects with one line if it fails. */
export async function run(command: Command): Promise<string> {
  const child = spawnBound(command, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${basename(command[0])} failed: ${reasonIn(output)}`);
  return output.trim();
}

/** Returns the full path of a program. @throws Error with the Debian package that contains it */
export function findProgram(name: string, debianPackage: string): string {
  // Debian keeps servers in /usr/sbin, which is not on an ordinary user's PATH.
  const places = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin"];
  const found = places.map((place) => join(place, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is missing: apt-get install ${debianPackage}`);
  return found;
}

/** Returns the reason of a failure from a log, in one line: the first lines that look like an error, otherwise the last line. */
export function reasonIn(log: string): string {
  const lines = log.split("\n").flatMap((line) => line.trim() || []);
  const first = lines.findIndex((line) => /\b(error|err|fatal|exception|could not|can't|cannot)\b/i.test(line));
  const telling = first < 0 ? lines.slice(-1) : lines.slice(first, first + 3);
  return telling.join(" ").slice(0, 400) || "no output";
}

/** A temporary folder that is removed when this process exits. */
export function makeFolder(): string {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(folderPrefix))) {
    // A process that was killed with SIGKILL left its folder, so a later process deletes it.
    if (!isAlive(Number.parseInt(name.slice(folderPrefix.length), 10))) removeFolder(join(tmpdir(), name));
  }
  const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  folders.add(folder);
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    // The folder of another user, or still in use: a later process deletes it.
  }
}

process.once("exit", () => {
  for (const child of children) {
    child.kill("SIGKILL");
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The child leads no process group, so it has no children to end.
    }
  }
  for (const folder of folders) removeFolder(folder);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Another listener decides how to end. Without one, this ends as Node would, but with the event "exit".
    if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
  });
}
