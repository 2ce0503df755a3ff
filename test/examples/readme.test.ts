import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../architecture/source-files.js";
import { startHttpApp } from "../support/http-app.js";
import { sizeOf } from "../support/test-size.js";

const readme = readFileSync(join(root, "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** A shell block, and the JSON block that directly follows it in the page: what the block prints last. */
type Block = { readonly commands: string; readonly printed?: unknown };

const blocks: readonly Block[] = [...readme.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\n```json\n([\s\S]*?)^```)?/gm)].map(
  ([, commands = "", json]) => ({ commands, ...(json !== undefined && { printed: JSON.parse(json) }) }),
);

/** Blocks with a line that starts with one of these are not executed: they install packages or start services. */
const notExecuted = /^(git|npm|docker) \w+/m;
const executed = blocks.filter(({ commands }) => !notExecuted.test(commands));

/** Replaces what differs from run to run: ids, times and durations. */
const comparable = (json: unknown): unknown =>
  JSON.parse(JSON.stringify(json), (key, value) => {
    if (key === "elapsedMs" || key === "score") return "<ms>";
    if (typeof value !== "string") return value;
    return value
      .replace(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, "<id>")
      .replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, "<time>");
  });

/** Compares a line with the JSON of the page, except for what differs from run to run. */
const showsSame = (line: string, printed: unknown): boolean => {
  try {
    return isDeepStrictEqual(comparable(JSON.parse(line)), comparable(printed));
  } catch {
    return false;
  }
};

/** Pastes the blocks into one shell that calls the service at `url`. Returns what each block printed. */
const paste = async (shell: string, pasted: readonly Block[], url: string): Promise<readonly string[]> => {
  const child = spawn(shell, { stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const text = pasted.map(({ commands }) => commands).join('\nprintf "\\n--- next block\\n"\n');
  child.stdin.end(text.replaceAll("http://127.0.0.1:3000", url));
  await once(child, "close");
  return output.split("\n--- next block\n");
};

const shells = ["sh", "bash", "sh", "bash"];
const rounds = sizeOf({ short: 1, long: 5 });

/** Pastes the blocks on a fresh embedded service. Returns what went wrong. */
const faultsOf = async (shell: string, pasted: readonly Block[]): Promise<readonly string[]> => {
  const app = await startHttpApp();
  await app.work();
  const outputs = await paste(shell, pasted, app.url);
  return pasted.flatMap(({ commands, printed }, index) => {
    const output = outputs[index] ?? "";
    const last = output.trimEnd().split("\n").at(-1) ?? "";
    const differs = printed !== undefined && !showsSame(last, printed);
    return differs || output.includes("/problems/") ? [`${commands}\nprinted\n${output}`] : [];
  });
};

describe("README.md", () => {
  it("executes every shell block except those that install packages or start services", () => {
    expect(executed).toHaveLength(4);
    expect(blocks.map(({ commands }) => notExecuted.exec(commands)?.[0]).filter((command) => command)).toEqual([
      "git clone",
      "npm run",
      "npm run",
      "docker compose",
    ]);
  });

  it("names only npm scripts that exist", () => {
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it(`has blocks that print what the page shows when they are pasted, ${rounds * shells.length} times`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      const faults = await Promise.all(shells.map((shell) => faultsOf(shell, executed)));
      expect(faults.flat()).toEqual([]);
    }
  });

  it("has blocks that can be pasted again on the same service", async () => {
    expect(await faultsOf("sh", [...executed.slice(0, 2), ...executed.slice(0, 2)])).toEqual([]);
  });

  it("fails when a block is rejected or prints something else (negative control)", async () => {
    const edited = (from: string, to: string) =>
      executed.slice(0, 2).map((block) => ({ ...block, commands: block.commands.replace(from, to) }));
    expect(await faultsOf("sh", edited('"amount":16200', '"amount":16201'))).toHaveLength(1);
    expect(await faultsOf("sh", edited('"name":"Autumn ten"', '"nam":"Autumn ten"'))).toHaveLength(2);
  });
});
