import { defineConfig } from "vitest/config";

// A long run contains only the files that have a larger version (those that use test/support/test-size.ts), and the browser
// tests that other runs leave out.
const isLongRun = process.env.TEST_SIZE === "long";
const inProcess = isLongRun
  ? ["test/simulation/{orders,sales}.test.ts", "test/contract/sales-queries.test.ts"]
  : ["test/{architecture,contract,http,simulation,unit}/**/*.test.ts"];
/** Browser tests that take more than half of the time of all browser tests. */
const longBrowserTests = "test/browser/{boards,health,reach,restart,windows}.test.ts";
/** Tests that start the built service. */
const service = isLongRun
  ? [
      longBrowserTests,
      "test/examples/readme.test.ts",
      "test/journey/{demo,killed,orders-{expiry,killed,payments},rush,seats-expiry}.test.ts",
    ]
  : ["test/{browser,examples,journey}/**/*.test.ts"];

const options = {
  // Processes instead of threads: the SQLite driver is native code. Not isolated: a process loads each module once.
  pool: "forks",
  isolate: false,
  // Only to stop a test that hangs: no test asserts its own duration, and the machine may be busy.
  testTimeout: isLongRun ? 600_000 : 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
} as const;
/** A busy CI machine may delay a process beyond the service's own deadlines, so a failed journey gets a second try there. */
const retry = process.env.CI === undefined ? 0 : 1;

/** Tests that replace a module: they cannot share a process in which the module is loaded. */
const withMocks = ["test/unit/application/sold-out-listeners.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["test/support/backend-notice.ts"],
    // One more than the usual two cores, because journeys often wait.
    maxWorkers: 3,
    coverage: { provider: "v8", include: ["src/**/*.ts"], reporter: ["text-summary", "html"] },
    projects: [
      { test: { ...options, name: "in-process", include: inProcess, exclude: withMocks } },
      ...(isLongRun ? [] : [{ test: { ...options, name: "isolated", include: withMocks, isolate: true } }]),
      {
        test: {
          ...options,
          name: "service",
          retry,
          include: service,
          exclude: isLongRun ? [] : [longBrowserTests],
          globalSetup: ["test/support/build-dist.ts", "test/support/loop-delay-report.ts"],
        },
      },
    ],
  },
});
