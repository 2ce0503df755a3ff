import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { type NodeStart, reportStart } from "../../../src/bootstrap/start-report.js";

const embedded: NodeStart = {
  address: "http://127.0.0.1:3000",
  profile: { database: "sqlite", stores: "memory", events: "journal" },
  auth: "open",
  roles: "api,worker,scheduler",
};

/** Returns what is written to the terminal and to the log. */
const report = (start: NodeStart, isTTY: boolean, level: "info" | "error" | "silent" = "info") => {
  const written = { terminal: [] as string[], log: [] as string[] };
  const log = pino({ level }, { write: (line: string) => void written.log.push(line) });
  reportStart(start, level, log, { isTTY, write: (text) => written.terminal.push(text) });
  return { terminal: written.terminal.join(""), log: written.log.join("") };
};

describe("the report at start", () => {
  it("names address, live page, API docs, profile, auth mode and roles on a terminal", () => {
    const { terminal, log } = report(embedded, true);
    expect(terminal).toBe(`
Rushboard is ready.
  address    http://127.0.0.1:3000
  live page  http://127.0.0.1:3000/
  API docs   http://127.0.0.1:3000/docs
  profile    database: SQLite, stores: memory of this process, events: journal in the database
  auth       open: no tokens, X-User-Id names the shopper, every caller may use admin routes
  roles      api,worker,scheduler

`);
    expect(log).toBe("");
  });

  it("names no pages on a terminal without the role api", () => {
    expect(report({ ...embedded, roles: "worker" }, true).terminal).not.toContain("docs");
  });

  it("is one JSON line if the output is not a terminal, at every level but silent", () => {
    for (const level of ["info", "error"] as const) {
      const { terminal, log } = report(embedded, false, level);
      expect(JSON.parse(log)).toMatchObject({ level: 30, msg: "listening", ...embedded });
      expect(terminal).toBe("");
    }
  });

  it("is suppressed by LOG_LEVEL=silent", () => {
    for (const isTTY of [true, false]) expect(report(embedded, isTTY, "silent")).toEqual({ terminal: "", log: "" });
  });
});
