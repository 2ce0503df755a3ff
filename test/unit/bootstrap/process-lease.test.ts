import { describe, expect, it } from "vitest";
import { SqlJobLease } from "../../../src/adapters/sql/sql-job-lease.js";
import { holderIsDead, holderName } from "../../../src/bootstrap/process-lease.js";
import { openSqlBackends } from "../../support/backends.js";
import { standingClock } from "../../support/drop.js";

const nobody = 2 ** 22 + 1; // beyond Linux's greatest process id

describe("the holder of a process lease", () => {
  it("is dead where its process is gone, or its id has become ours", () => {
    expect(holderIsDead(holderName("here", nobody, "a"), "here", process.pid)).toBe(true);
    expect(holderIsDead(holderName("here", process.pid, "a"), "here", process.pid)).toBe(true);
  });

  it("is not known to be dead where it runs, or ran on another host", () => {
    expect(holderIsDead(holderName("here", process.ppid, "a"), "here", process.pid)).toBe(false);
    expect(holderIsDead(holderName("there", nobody, "a"), "here", process.pid)).toBe(false);
  });

  it("is followed at once when it is dead, and not before its term when it is not", async () => {
    const [backend] = openSqlBackends();
    const { db, close } = (await backend?.open()) ?? expect.unreachable();
    const lease = (host: string, pid: number) =>
      new SqlJobLease(db, standingClock(), holderName(host, pid, "a"), (holder) => holderIsDead(holder, "here", 1));
    expect(await lease("here", nobody).acquire("embedded", 8000)).toBe(true);
    expect(await lease("here", process.pid).acquire("embedded", 8000)).toBe(true);
    expect(await lease("there", 7).acquire("embedded", 8000)).toBe(false);
    await close();
  });
});
