import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { root, type SourceFile, sourceFiles } from "./source-files.js";

/** Compiles the core, with an additional line in one of its files if `forbidden` is given. Returns the errors. */
const compile = (forbidden?: string): readonly string[] => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.core.json"), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const changed = join(root, "src/domain/problem.ts");
  host.readFile = (name) =>
    forbidden && name === changed ? `${read(name)}\nexport const added = ${forbidden};\n` : read(name);
  const program = ts.createProgram({ rootNames: fileNames, options, host });
  const files = forbidden === undefined ? [undefined] : [program.getSourceFile(changed)];
  return files
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
};

/** Expressions that read the clock or create random values instead of taking them as arguments. */
const impurities = /\bDate[.]now\(|\bnew Date\(\)|\bMath[.]random\(|\brandom(UUID|Bytes|Int)\b|\bperformance[.]now\(/;

const impuritiesIn = ({ path, text }: SourceFile): readonly string[] =>
  text.split("\n").flatMap((line, index) => (impurities.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));

describe("the core", () => {
  it("compiles without the types of Node and browsers", () => {
    expect(compile()).toEqual([]);
  });

  it.each(["process.env", "fetch('/')", "setTimeout(() => {}, 1)", "Buffer.alloc(1)", "console.log(1)"])(
    "does not compile with %s (negative control)",
    (forbidden) => {
      expect(compile(forbidden).join()).toMatch(/Cannot find name/);
    },
  );

  it("compiles with functions of the language", () => {
    expect(compile("[1].toSorted()")).toEqual([]);
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

  it("may convert a given time", () => {
    expect(impuritiesIn({ path: "src/domain/time.ts", text: "new Date(epochMs).toISOString()" })).toEqual([]);
  });
});
