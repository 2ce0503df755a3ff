import { settings } from "./config.js";

const maxDistance = 2;
/** Variables of shells and test runners that resemble a setting: both are two letters from HOST. */
const ordinary: ReadonlySet<string> = new Set(["HOME", "TEST"]);

/** The number of characters to insert, delete or replace that makes one text the other (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const [above = 0, before = 0, left = 0] = [row[j + 1], row[j], next[j]];
      next.push(Math.min(above + 1, left + 1, before + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** Returns the variables that are no settings but at most two characters away from one: probably misspelled. */
export const misspelledSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): readonly { readonly variable: string; readonly setting: string }[] => {
  const names = Object.keys(settings.shape);
  return Object.keys(environment).flatMap((variable) => {
    if (names.includes(variable) || ordinary.has(variable)) return [];
    const setting = names.find(
      (name) => Math.abs(name.length - variable.length) <= maxDistance && distance(name, variable) <= maxDistance,
    );
    return setting === undefined ? [] : [{ variable, setting }];
  });
};
