import { describe, expect, it } from "vitest";
import { isName } from "../../../src/domain/name.js";

const invisible: Readonly<Record<string, string>> = {
  "no character": "",
  blanks: " \u00a0\u3000\u2003",
  "zero-width characters": "\u200b\u200c\u200d\u2060\ufeff",
  "soft hyphens": "\u00ad",
  "direction marks": "\u200e\u200f\u061c",
  "combining marks without a base": "\u0301\u20dd\u034f",
  "variation selectors": "\ufe0f\u{e0100}",
  tags: "\u{e0067}\u{e0062}\u{e007f}",
  "Hangul fillers": "\u115f\u1160\u3164\uffa0",
  "the empty braille pattern": "\u2800",
  "object replacements": "\ufffc",
  "the null notehead": "\u{1d159}",
  "blank hieroglyphs": "\u{13441}\u{13442}",
  "private and unassigned characters": "\ue000\u{10ffff}",
};
const disruptive: Readonly<Record<string, string>> = {
  "a control character": "a\u0007b",
  "a lone surrogate": "a\ud800b",
  "a line separator": "a\u2028b",
  "a right-to-left override": "a\u202eb",
  "a direction isolate": "a\u2067b",
};

describe("isName", () => {
  it.each(Object.entries(invisible))("rejects a name of %s", (_, text) => {
    expect(isName(text)).toBe(false);
    expect(isName(`${text}x`)).toBe(true);
  });

  it.each(Object.entries(disruptive))("rejects a name with %s", (_, text) => {
    expect(isName(text)).toBe(false);
  });

  it.each(["x", "김밥", "!", "👨‍👩‍👧", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", "می‌خواهم", "é"])(
    "accepts %s",
    (text) => {
      expect(isName(text)).toBe(true);
    },
  );

  it("counts characters, not UTF-16 units", () => {
    expect(isName("😀".repeat(200))).toBe(true);
    expect(isName("😀".repeat(201))).toBe(false);
  });
});
