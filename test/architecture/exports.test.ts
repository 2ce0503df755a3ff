import { describe, expect, it } from "vitest";
import { type SourceFile, sourceFiles } from "./source-files.js";

const declaration = /^export (?:async )?(?:abstract )?(?:const|let|function|class|type|interface|enum) (\w+)/gm;

/** Returns the names that more than one file exports, with the files. Every migration exports `up`. */
const sharedNames = (files: readonly SourceFile[]): readonly string[] => {
  const pathsOf = new Map<string, string[]>();
  for (const { path, text } of files)
    for (const [, name = ""] of text.matchAll(declaration)) {
      if (name === "up" && path.includes("/migrations/")) continue;
      pathsOf.set(name, [...(pathsOf.get(name) ?? []), path]);
    }
  return [...pathsOf].flatMap(([name, paths]) => (paths.length > 1 ? [`${name}: ${paths.join(", ")}`] : []));
};

describe("exports of src", () => {
  it("have one meaning per name", () => {
    expect(sharedNames(sourceFiles("src", ".ts", ".js"))).toEqual([]);
  });

  it("with a shared name are reported (negative control)", () => {
    const files = [
      { path: "src/a.ts", text: "export const orderOf = 1;\nexport type Order = 1;" },
      { path: "src/b.ts", text: "const private = 1;\nexport async function orderOf() {}" },
      { path: "src/adapters/sql/migrations/1.ts", text: "export const up = 1;" },
      { path: "src/adapters/sql/migrations/2.ts", text: "export const up = 1;" },
    ];
    expect(sharedNames(files)).toEqual(["orderOf: src/a.ts, src/b.ts"]);
  });
});
