import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { root, type SourceFile, sourceFiles } from "./source-files.js";

let compiled: ts.Program | undefined;

/** Compiles the core, with additional lines in one of its files. Returns the errors, one per line. */
const compile = (...added: readonly string[]): readonly string[] => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.core.json"), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const changed = join(root, "src/domain/problem.ts");
  const lines = added.map((expression, index) => `export const added${index} = ${expression};\n`);
  host.readFile = (name) => (name === changed ? `${read(name)}\n${lines.join("")}` : read(name));
  // The files of the first compilation are parsed once.
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    (name === changed ? undefined : compiled?.getSourceFile(name)) ?? parse(name, ...rest);
  const program = ts.createProgram({ rootNames: fileNames, options, host });
  const files = compiled === undefined ? [undefined] : [program.getSourceFile(changed)];
  compiled ??= program;
  return files
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
};

/** Expressions that read the clock or create random values instead of taking them as arguments. */
const impurities = /\bDate[.]now\(|\bnew Date\(\)|\bMath[.]random\(|\brandom(UUID|Bytes|Int)\b|\bperformance[.]now\(/;

const impuritiesIn = ({ path, text }: SourceFile): readonly string[] =>
  text.split("\n").flatMap((line, index) => (impurities.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));

describe("the core", () => {
  it("compiles without the types of Node and browsers, with functions of the language", () => {
    expect(compile("[1].toSorted()")).toEqual([]);
  });

  it("does not compile with functions of Node or browsers (negative control)", () => {
    const forbidden = ["process.env", "fetch('/')", "setTimeout(() => {}, 1)", "Buffer.alloc(1)", "console.log(1)"];
    const names = ["process", "fetch", "setTimeout", "Buffer", "console"];
    expect(compile(...forbidden)).toEqual(names.map((name) => expect.stringContaining(`Cannot find name '${name}'`)));
  });

  it("takes time and random values as arguments", () => {
    const files = [...sourceFiles("src/domain", ".ts"), ...sourceFiles("src/application", ".ts")];
    expect(files.flatMap(impuritiesIn)).toEqual([]);
  });

  it.each(["Date.now()", "new Date()", "Math.random()", "crypto.randomUUID()"])(
    "may not contain %s (negative control)",
    (text) => {
      expect(impuritiesIn({ path: "src/domain/time.ts", text })).toHaveLength(1);
    },
  );

  it("allows a conversion of a time that is an argument", () => {
    expect(impuritiesIn({ path: "src/domain/time.ts", text: "new Date(epochMs).toISOString()" })).toEqual([]);
  });
});
