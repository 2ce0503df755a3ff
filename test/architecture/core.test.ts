import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { root, type SourceFile, sourceFiles } from "./source-files.js";

/** Compiles the core, with one more line in one of its files where a poison is given; answers what is wrong. */
const compile = (poison?: string): readonly string[] => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.core.json"), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const poisoned = join(root, "src/domain/problem.ts");
  host.readFile = (name) =>
    poison && name === poisoned ? `${read(name)}\nexport const poison = ${poison};\n` : read(name);
  const program = ts.createProgram({ rootNames: fileNames, options, host });
  const files = poison === undefined ? [undefined] : [program.getSourceFile(poisoned)];
  return files
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
};

/** What asks the machine instead of its caller for the time or for chance. */
const impurities = /\bDate[.]now\(|\bnew Date\(\)|\bMath[.]random\(|\brandom(UUID|Bytes|Int)\b|\bperformance[.]now\(/;

const impuritiesIn = ({ path, text }: SourceFile): readonly string[] =>
  text.split("\n").flatMap((line, index) => (impurities.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));

describe("the core", () => {
  it("compiles where no platform exists", () => {
    expect(compile()).toEqual([]);
  });

  it.each(["process.env", "fetch('/')", "setTimeout(() => {}, 1)", "Buffer.alloc(1)", "console.log(1)"])(
    "would not compile with %s",
    (poison) => {
      expect(compile(poison).join()).toMatch(/Cannot find name/);
    },
  );

  it("would compile with what the language itself has", () => {
    expect(compile("[1].toSorted()")).toEqual([]);
  });

  it("is told the time and never rolls dice", () => {
    const files = [...sourceFiles("src/domain", ".ts"), ...sourceFiles("src/application", ".ts")];
    expect(files.flatMap(impuritiesIn)).toEqual([]);
  });

  it.each(["Date.now()", "new Date()", "Math.random()", "crypto.randomUUID()"])(
    "would be found asking for %s",
    (text) => {
      expect(impuritiesIn({ path: "src/domain/time.ts", text })).toHaveLength(1);
    },
  );

  it("may still convert a given time", () => {
    expect(impuritiesIn({ path: "src/domain/time.ts", text: "new Date(epochMs).toISOString()" })).toEqual([]);
  });
});
