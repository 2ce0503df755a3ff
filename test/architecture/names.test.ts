import { describe, expect, it } from "vitest";
import { sourceFiles } from "./source-files.js";

const vague = /(^|-)(common|shared|utils?|helpers?|managers?|base|impl|services?)$/;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Returns the faults of the names in a path. */
const faultsOf = (path: string): readonly string[] => {
  const parts = path.split("/");
  const names = parts.map((part) => part.replace(/([.]test|[.]d)?[.]\w+$/, ""));
  return [
    ...names.filter((name) => !kebab.test(name)).map((name) => `${path}: ${name} is not kebab-case`),
    // A vague word hides a concept that has no name yet, in a folder's name or at the end of a file's name.
    ...names.filter((name) => vague.test(name)).map((name) => `${path}: ${name} says nothing`),
    ...(/(^|\/)index[.][jt]s$/.test(path) ? [`${path}: a barrel`] : []),
  ];
};

describe("names of files and folders", () => {
  it("are specific and in kebab-case, without barrels", () => {
    const files = ["src", "test", "scripts"].flatMap((folder) => sourceFiles(folder, ""));
    expect(files.flatMap(({ path }) => faultsOf(path))).toEqual([]);
  });

  it.each([
    "src/domain/index.ts",
    "src/common/money.ts",
    "src/application/shared/clock.ts",
    "src/adapters/sql/sql-utils.ts",
    "src/adapters/redis/script-helper.ts",
    "src/application/order/order-service.ts",
    "src/application/order/OrderTotal.ts",
    "test/unit/order_total.test.ts",
  ])("do not include %s (negative control)", (path) => {
    expect(faultsOf(path)).not.toEqual([]);
  });
});
