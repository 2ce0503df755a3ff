import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, type SourceFile } from "./source-files.js";

const documents: readonly SourceFile[] = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "bench/README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
].map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** Returns the links within the project: the file, and the anchor of a heading if there is one. */
const linksIn = ({ path, text }: SourceFile) =>
  [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)].map(([, to = "", anchor]) => ({
    file: to === "" ? path : join(dirname(path), to),
    anchor,
  }));

/** Returns the files of this project that a document names in code or links to, and that do not exist. */
const missingFiles = (document: SourceFile): readonly string[] => {
  const inCode = /`((?:src|test|bench|docs|examples|scripts)\/[\w./-]+\.\w+)`/g;
  const named = [...document.text.matchAll(inCode)].map(([, to = ""]) => to);
  const linked = linksIn(document).map(({ file }) => file);
  return [...named, ...linked].filter((to) => !existsSync(join(root, to)));
};

/** Returns the anchors of Markdown headings, as most hosts create them. */
const anchorsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );

/** Returns the links of a document to headings that do not exist. */
const missingAnchors = (document: SourceFile): readonly string[] =>
  linksIn(document).flatMap(({ file, anchor }) => {
    if (anchor === undefined) return [];
    return anchorsIn(readFileSync(join(root, file), "utf8")).includes(anchor) ? [] : [`${file}#${anchor}`];
  });

describe("the documents", () => {
  it.each(documents)("$path names and links only existing files", (document) => {
    expect(missingFiles(document)).toEqual([]);
  });

  it.each(documents)("$path links only to existing headings", (document) => {
    expect(missingAnchors(document)).toEqual([]);
  });

  it("have decision records of at most 40 lines", () => {
    const records = documents.filter(({ path }) => path.startsWith(join("docs", "adr")));
    expect(records.length).toBeGreaterThan(0);
    for (const { path, text } of records) expect([path, text.trimEnd().split("\n").length <= 40]).toEqual([path, true]);
  });

  it("fail with a missing file or heading (negative control)", () => {
    const path = "docs/notes.md";
    const text =
      "`src/domain/order.ts` [here](events.md#a) `src/domain/none.ts` [there](none.md) [out](https://a.example)";
    expect(missingFiles({ path, text })).toEqual(["src/domain/none.ts", "docs/none.md"]);
    expect(missingAnchors({ path, text: "[a](events.md#nothing) [b](#nothing)" })).toEqual([
      "docs/events.md#nothing",
      "docs/notes.md#nothing",
    ]);
    expect(anchorsIn("# coupon.redemption-refused\n## What *is* it?")).toEqual([
      "couponredemption-refused",
      "what-is-it",
    ]);
  });
});

describe("docs/notes.md", () => {
  const page = documents.find(({ path }) => path === join("docs", "notes.md"))?.text ?? "";

  it("says where each system is and which mistakes it avoids", () => {
    const systems = page.split(/^## /m).slice(1);
    expect(systems.length).toBeGreaterThanOrEqual(6);
    for (const system of systems) {
      expect(system).toContain("| part | where |");
      expect(system).toContain("| mistake in the notes | here |");
    }
  });
});
