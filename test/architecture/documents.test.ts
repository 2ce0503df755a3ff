import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, type SourceFile } from "./source-files.js";

const documents: readonly SourceFile[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
].map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** Files of ours that a document names in code, or links to, and that are not there. The README's recipe names one to write. */
const stray = ({ path, text }: SourceFile): readonly string[] => {
  const inCode = /`((?:src|test|bench|docs|examples|scripts)\/[\w./-]+\.\w+)`/g;
  const named = path === "README.md" ? [] : [...text.matchAll(inCode)].map(([, to = ""]) => to);
  const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to = ""]) =>
    join(dirname(path), to),
  );
  return [...named, ...linked].filter((to) => !existsSync(join(root, to)));
};

/** What a Markdown heading is linked by, as most hosts have it. */
const anchorsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );

describe("the documents", () => {
  it.each(documents)("$path name and link only files that there are", (document) => {
    expect(stray(document)).toEqual([]);
  });

  it.each(documents)("$path link only to headings that they have", ({ text }) => {
    const anchors = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(anchorsIn(text)).toEqual(expect.arrayContaining(anchors));
  });

  it("would be found out with others (control)", () => {
    const path = "docs/notes.md";
    const text =
      "`src/domain/order.ts` [here](events.md#a) `src/domain/none.ts` [there](none.md) [out](https://a.example)";
    expect(stray({ path, text })).toEqual(["src/domain/none.ts", "docs/none.md"]);
    expect(anchorsIn("# coupon.redemption-refused\n## What *is* it?")).toEqual([
      "couponredemption-refused",
      "what-is-it",
    ]);
  });
});

describe("docs/notes.md", () => {
  const page = documents.find(({ path }) => path === join("docs", "notes.md"))?.text ?? "";

  it("says of every system where it lives and what it avoids", () => {
    const systems = page.split(/^## /m).slice(1);
    expect(systems.length).toBeGreaterThanOrEqual(6);
    for (const system of systems) {
      expect(system).toContain("| part | lives in |");
      expect(system).toContain("| mistake | here |");
    }
  });
});
