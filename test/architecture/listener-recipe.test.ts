import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
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
      .replace('{ ranking: "rankSoldOut", ', '{ ranking: "rankSoldOut", texts: "textSoldOut", '),
};
const wiring: Edits = {
  "src/bootstrap/use-cases.ts": (text) =>
    text
      .replace("\n\n", '\nimport { TextSoldOut } from "../application/concert/text-sold-out.js";\n\n')
      .replace("export const useCases = {\n", "export const useCases = {\n  textSoldOut: useCase(TextSoldOut),\n"),
};

/** The files that the steps change, and those that depend on the table of use cases or on the choreography. */
const checked = [
  ...Object.keys({ ...file, ...row, ...wiring }),
  ...["background", "node-steps", "open-application", "ports"].map((name) => `src/bootstrap/${name}.ts`),
];

const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Lists those of the checked files that do not compile with these edits. */
const faultsWith = (edits: Edits): readonly string[] => {
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  const editOf = (name: string) => edits[name.slice(root.length + 1)];
  host.fileExists = (name) => editOf(name) !== undefined || fileExists(name);
  host.getSourceFile = (name, target, ...how) => {
    const edit = editOf(name);
    if (edit === undefined) {
      if (!parsed.has(name)) parsed.set(name, getSourceFile(name, target, ...how));
      return parsed.get(name);
    }
    const text = readFile(name) ?? "";
    const edited = edit(text);
    expect(edited).not.toBe(text);
    return ts.createSourceFile(name, edited, target);
  };
  const program = ts.createProgram([join(root, "src/bootstrap/background.ts")], options, host);
  const hasFault = (path: string) => {
    const source = program.getSourceFile(join(root, path));
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].length > 0;
  };
  return checked.filter((path) => program.getSourceFile(join(root, path)) !== undefined && hasFault(path));
};

describe("adding a sold-out listener", () => {
  it("takes one file and one row, and bootstrap does not compile until the listener is wired", () => {
    expect(faultsWith({ ...file, ...row })).toEqual(["src/bootstrap/background.ts"]);
    expect(faultsWith({ ...file, ...row, ...wiring })).toEqual([]);
  });
});
