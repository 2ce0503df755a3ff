import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/engine-notice.ts", "test/support/build-dist.ts"],
    // Processes, not threads: the SQLite driver is native. One more than two cores, for journeys wait now and then.
    pool: "forks",
    maxWorkers: 3,
    // Against a hang only: no test asserts how fast it is, and a machine may be as busy as it likes.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    coverage: { provider: "v8", include: ["src/**/*.ts"], reporter: ["text-summary", "html"] },
  },
});
