import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { root } from "./source-files.js";

type Edits = Readonly<Record<string, (text: string) => string>>;

/** The steps of CONTRIBUTING.md, "Add a listener". */
const file: Edits = {
  "src/application/concert/text-sold-out.ts": () => `
import type { EventOf } from "../../domain/event.js";
import type { Reaction } from "../choreography.js";
export class TextSoldOut implements Reaction<"schedule.sold-out"> {
  readonly texts: string[] = [];
  async execute(events: readonly EventOf<"schedule.sold-out">[]): Promise<void> {
    for (const { id, data } of events) this.texts.push(\`\${id}: \${data.seats} seats\`);
  }
}`,
};
const row: Edits = {
  "src/application/choreography.ts": (text) =>
    text
      .replace("groupSummaries = {\n", 'groupSummaries = {\n  texts: "sends text messages",\n')
      .replace('webhook: "announceSoldOut" }', 'webhook: "announceSoldOut", texts: "textSoldOut" }'),
};
const wiring: Edits = {
  "src/bootstrap/use-cases.ts": (text) =>
    text
      .replace("\n\n", '\nimport { TextSoldOut } from "../application/concert/text-sold-out.js";\n\n')
      .replace("export const useCases = {\n", "export const useCases = {\n  textSoldOut: useCase(TextSoldOut),\n"),
};

/** Lists the files that do not compile in a copy of `src` with these edits. */
const faultsWith = async (edits: Edits): Promise<readonly string[]> => {
  const folder = await mkdtemp(join(tmpdir(), "listener-recipe-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["src", "package.json", "tsconfig.json", "tsconfig.build.json"])
    await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [name, edit] of Object.entries(edits)) {
    const text = await readFile(join(folder, name), "utf8").catch(() => "");
    const edited = edit(text);
    expect(edited).not.toBe(text);
    await writeFile(join(folder, name), edited);
  }
  const compiler = join(root, "node_modules/@typescript/native/bin/tsc");
  const args = ["--noEmit", "--incremental", "false", "--pretty", "false", "-p", "tsconfig.build.json"];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [compiler, ...args], { cwd: folder }, (_, stdout, stderr) => resolve(stdout + stderr));
  });
  const errors = output.split("\n").filter((line) => line.includes("error TS"));
  return [...new Set(errors.map((line) => line.replace(/\(.*/, "")))];
};

describe("adding a sold-out listener", () => {
  it("takes one file and one row, and bootstrap does not compile until the listener is wired", async () => {
    expect(await faultsWith({ ...file, ...row })).toEqual(["src/bootstrap/background.ts"]);
    expect(await faultsWith({ ...file, ...row, ...wiring })).toEqual([]);
  });
});
