import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type SourceFile, sourceFiles } from "./source-files.js";

const linesOf = ({ text }: SourceFile): number => text.trimEnd().split("\n").length;

const tooLong = (files: readonly SourceFile[], most: number): readonly string[] =>
  files.filter((file) => linesOf(file) > most).map((file) => `${file.path}: ${linesOf(file)} lines, at most ${most}`);

/** Returns constructors with more than `most` parameters. */
const tooMany = ({ path, text }: SourceFile, most: number): readonly string[] => {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isConstructorDeclaration(node) && node.parameters.length > most)
      found.push(`${path}: ${node.parameters.length} constructor parameters, at most ${most}`);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023));
  return found;
};

describe("sizes", () => {
  const core = [...sourceFiles("src/domain", ".ts"), ...sourceFiles("src/application", ".ts")];

  it("a file in src has at most 200 lines", () => {
    expect(tooLong(sourceFiles("src", ".ts", ".js", ".css", ".html"), 200)).toEqual([]);
  });

  it("a Lua script has at most 40 lines and a header", () => {
    const scripts = sourceFiles("src", ".lua");
    expect(tooLong(scripts, 40)).toEqual([]);
    expect(scripts.filter(({ text }) => !text.startsWith("--")).map(({ path }) => path)).toEqual([]);
  });

  it("a use case has at most 5 constructor parameters", () => {
    expect(core.flatMap((file) => tooMany(file, 5))).toEqual([]);
  });

  it("above a limit are reported (negative control)", () => {
    const path = "src/big.ts";
    expect(tooLong([{ path, text: "\n".repeat(200).concat("end") }], 200)).toHaveLength(1);
    expect(tooLong([{ path, text: "line\n".repeat(200) }], 200)).toEqual([]);
    expect(tooMany({ path, text: "class A { constructor(a, b, c, d, e, f) {} }" }, 5)).toHaveLength(1);
    expect(tooMany({ path, text: "class A { constructor(a, b, c, d, e) {} }" }, 5)).toEqual([]);
  });
});
