import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { findProgram, run } from "../support/backend-servers/child-process.js";
import { startHttpApp } from "../support/http-app.js";
import { root } from "./source-files.js";

type Samples = { readonly series: string; readonly values: string };
type Case = {
  readonly interval: "1m";
  readonly input_series: readonly Samples[];
  readonly promql_expr_test: readonly object[];
};
type Tests = { readonly rule_files: readonly string[]; readonly tests: readonly Case[] };
type Rules = { readonly groups: readonly { readonly rules: readonly { alert: string; expr: string }[] }[] };

const read = <T>(file: string): T => parse(readFileSync(join(root, "docs", file), "utf8"));
const rules = read<Rules>("prometheus-alerts.yml");
const tests = read<Tests>("prometheus-alerts.test.yml");
const alerts = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));

/** Returns the path of promtool, or `undefined` if it is not installed. With REQUIRE_BACKENDS=1 that is an error. */
const findPromtool = (): string | undefined => {
  try {
    return findProgram("promtool", "prometheus");
  } catch (error) {
    if (process.env.REQUIRE_BACKENDS === "1") throw error;
    return undefined;
  }
};
const promtool = findPromtool();

/** Runs promtool on rules and tests. Rejects if a test fails. */
const test = async (given: Rules, cases: readonly Case[]): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "rushboard-alerts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "rules.yml"), stringify(given));
  const file = join(folder, "tests.yml");
  writeFileSync(file, stringify({ rule_files: ["rules.yml"], evaluation_interval: "1m", tests: cases }));
  return run([promtool as string, "test", "rules", file]);
};

const firing = (alert: string) => `ALERTS{alertname="${alert}",alertstate="firing"}`;
/** Returns the cases of an alert: those that expect it to fire, or those that expect it not to. */
const casesOf = (alert: string, fires: boolean) =>
  tests.tests.filter(({ promql_expr_test }) =>
    promql_expr_test.some((each) => "expr" in each && each.expr === firing(alert) && "exp_samples" in each === fires),
  );

/** Samples of a metric's series from two scrapes: none before the first, then two with each value. */
const samplesOf = (name: string, before: string, after: string): readonly Samples[] => {
  const valuesIn = (text: string) =>
    new Map(
      [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, "gm"))].map(([, labels = "", n]) => [labels, n]),
    );
  const [first, second] = [valuesIn(before), valuesIn(after)];
  return [...second].map(([labels, value]) => ({
    series: `${name}{instance="a",job="rushboard",${labels}}`,
    values: `${first.get(labels) ?? "_"}x2 ${value}x6`,
  }));
};

describe.skipIf(promtool === undefined)("the alerts, evaluated by promtool,", () => {
  it("are valid", async () => {
    const file = join(root, "docs/prometheus-alerts.yml");
    expect(await run([promtool as string, "check", "rules", file])).toContain(`${alerts.length} rules found`);
  });

  it("pass their tests, in each of which one alert fires or does not", async () => {
    for (const alert of alerts)
      expect([alert, casesOf(alert, true).length > 0, casesOf(alert, false).length > 0]).toEqual([alert, true, true]);
    expect(await run([promtool as string, "test", "rules", join(root, "docs/prometheus-alerts.test.yml")])).toContain(
      "SUCCESS",
    );
  });

  it.each([
    ["never fires", "vector(0) > 1", true],
    ["always fires", "vector(1)", false],
  ])("fail their tests if an alert %s (negative control)", async (_, expr, fires) => {
    const wrong = {
      groups: rules.groups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, expr })) })),
    };
    for (const alert of ["RushboardErrors", "RushboardDeadLetters"])
      await expect(test(wrong, casesOf(alert, fires))).rejects.toThrow("failed");
  });

  it("fire at the first 500 of a route and the first internal outcome of a claim, as a node exports them", async () => {
    const claimCoupon = { execute: () => Promise.reject(new Error("defect")) } as never;
    const app = await startHttpApp({ instead: { claimCoupon } });
    const scrape = async () => (await app.client.get("/metrics").expect(200)).text;
    const before = await scrape();
    await app.as("kim").post("/api/v1/coupons/c1/claims").expect(500);
    const after = await scrape();
    const expected = [
      { alert: "RushboardErrors", labels: 'route="/api/v1/coupons/:couponId/claims",severity="critical"' },
      { alert: "RushboardClaimsNotAccepted", labels: 'severity="critical"' },
    ];
    const caseWith = (first: string): Case => ({
      interval: "1m",
      input_series: [
        ...samplesOf("rushboard_http_request_duration_seconds_count", first, after),
        ...samplesOf("rushboard_claims_total", first, after),
      ],
      promql_expr_test: expected.map(({ alert, labels }) => ({
        expr: firing(alert),
        eval_time: "7m",
        exp_samples: [{ labels: `ALERTS{alertname="${alert}",alertstate="firing",${labels}}`, value: 1 }],
      })),
    });
    expect(await test(rules, [caseWith(before)])).toContain("SUCCESS");
    // Negative control: series that appear with their first increment.
    await expect(test(rules, [caseWith("")])).rejects.toThrow("failed");
  });
});
