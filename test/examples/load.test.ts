import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { root } from "../architecture/source-files.js";
import { startHttpApp } from "../support/http-app.js";

const file = join(root, "examples/rush.k6.js");
const hasK6 = spawnSync("k6", ["version"]).status === 0;

/** Returns the imports, the exports and the syntax errors of a module. */
const moduleOf = (text: string) => {
  const { diagnostics = [] } = ts.transpileModule(text, {
    fileName: "rush.k6.js",
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, allowJs: true },
  });
  const source = ts.createSourceFile("rush.k6.js", text, ts.ScriptTarget.ES2023, true);
  const isExported = (node: ts.Statement) => /^export\b/.test(node.getText());
  return {
    errors: diagnostics.map(({ messageText }) => messageText),
    imports: source.statements.filter(ts.isImportDeclaration).map(({ moduleSpecifier }) => moduleSpecifier.getText()),
    exports: source.statements.filter(isExported).map((node) => /(?:const|function) (\w+)/.exec(node.getText())?.[1]),
  };
};

describe("the k6 script", () => {
  const text = readFileSync(file, "utf8");

  it("is a valid k6 module", () => {
    const { errors, imports, exports } = moduleOf(text);
    expect(errors).toEqual([]);
    expect(imports.filter((from) => !/^"k6(\/\w+)?"$/.test(from))).toEqual([]);
    expect(exports).toEqual(["options", "setup", "claim", "teardown"]);
  });

  it("is rejected with a syntax error in it (negative control)", () => {
    expect(moduleOf(text.replace("});", "}")).errors).not.toEqual([]);
  });

  it.skipIf(!hasK6)("runs a rush in which every check passes", async () => {
    const app = await startHttpApp();
    await app.work();
    const settings = ["-e", `SERVICE=${app.url}`, "-e", "SHOPPERS=300", "-e", "COUPONS=50"];
    await promisify(execFile)("k6", ["run", "--quiet", ...settings, file]);
  });
});
