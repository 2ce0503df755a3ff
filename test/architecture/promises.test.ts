import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gapsBetween, sectionsOf, tagsIn, tagsOfTests } from "../../scripts/promise-tags.js";
import { root } from "./source-files.js";

const marks = ["C1-7", "O1-4", "P1-3", "S1-2", "D1-2", "A1-6"].flatMap(([letter, first, , last]) =>
  Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${letter}${Number(first) + index}`),
);

describe("docs/promises.md", () => {
  const sections = sectionsOf(readFileSync(join(root, "docs/promises.md"), "utf8"));

  it("has every promise once, in order", () => {
    expect(sections.map(({ mark }) => mark)).toEqual(marks);
  });

  it("links the files with a test and a negative control for each promise (npm run promises lists them)", () => {
    expect(gapsBetween(sections, tagsOfTests())).toEqual([]);
  });
});

describe("the check of promises", () => {
  const tests = '// Proves: C1, C2\nit("counts", () => {});\n  // Negative control: C1\n  { wrong: "counts twice" },';
  const file = "test/a.test.ts";
  const sections = [{ mark: "C1", files: [file] }];

  it("reads a tag above a test and above a control", () => {
    expect(tagsIn(file, tests)).toEqual([
      { mark: "C1", kind: "Proves", file, line: 1, title: "counts" },
      { mark: "C2", kind: "Proves", file, line: 1, title: "counts" },
      { mark: "C1", kind: "Negative control", file, line: 3, title: "counts twice" },
    ]);
  });

  it("ignores a comment that names no promise", () => {
    expect(tagsIn(file, '// Negative control: the timer is still pending.\nit("counts", () => {});')).toEqual([]);
  });

  it("accepts a promise with a test and a negative control", () => {
    expect(gapsBetween(sections, tagsIn(file, tests.replace(", C2", "")))).toEqual([]);
  });

  it("rejects an unknown mark", () => {
    expect(gapsBetween(sections, tagsIn(file, tests))).toEqual([`${file}:1: C2 is not a promise of docs/promises.md`]);
  });

  it.each(["Proves", "Negative control"])("rejects a promise without the tag %s", (kind) => {
    const [tag] = tagsIn(file, tests.replace(", C2", "")).filter((each) => each.kind !== kind);
    expect(gapsBetween(sections, tag ? [tag] : [])).toEqual([`C1: no test has the tag "// ${kind}: C1"`]);
  });

  it("rejects a tag that is not above a test", () => {
    const [control] = tagsIn(file, "// Negative control: C1\nconst n = 1;");
    expect(gapsBetween(sections, [...tagsIn(file, '// Proves: C1\nit("a")'), ...(control ? [control] : [])])).toEqual([
      `${file}:1: the tag is not directly above a test`,
    ]);
  });

  it("rejects a link to a file without the tag, and a promise without links", () => {
    const tags = tagsIn(file, tests.replace(", C2", ""));
    expect(gapsBetween([{ mark: "C1", files: ["test/b.test.ts"] }], tags)).toEqual([
      "C1: test/b.test.ts is linked but has no tag C1",
    ]);
    expect(gapsBetween([{ mark: "C1", files: [] }], tags)).toEqual(["C1: docs/promises.md links no test"]);
  });
});
