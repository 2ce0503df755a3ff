import { describe, expect, it } from "vitest";
import { SqlJobLease } from "../../../src/adapters/sql/sql-job-lease.js";
import { holderIsDead, holderName } from "../../../src/bootstrap/process-lease.js";
import { openSqlBackends } from "../../support/backends.js";
import { manualClock } from "../../support/coupon-data.js";

const unusedPid = 2 ** 22 + 1; // above the greatest process id of Linux

describe("the holder of a process lease", () => {
  it("is dead if its process has ended or its process id is now this process", () => {
    expect(holderIsDead(holderName("here", unusedPid, "a"), "here", process.pid)).toBe(true);
    expect(holderIsDead(holderName("here", process.pid, "a"), "here", process.pid)).toBe(true);
  });

  it("is not known to be dead if its process runs or was on another host", () => {
    expect(holderIsDead(holderName("here", process.ppid, "a"), "here", process.pid)).toBe(false);
    expect(holderIsDead(holderName("there", unusedPid, "a"), "here", process.pid)).toBe(false);
  });

  it("loses the lease immediately if it is dead, otherwise at the end of the term", async () => {
    const [backend] = openSqlBackends();
    const { db, close } = (await backend?.open()) ?? expect.unreachable();
    const lease = (host: string, pid: number) =>
      new SqlJobLease(db, manualClock(), holderName(host, pid, "a"), (holder) => holderIsDead(holder, "here", 1));
    expect(await lease("here", unusedPid).acquire("embedded", 8000)).toBe(true);
    expect(await lease("here", process.pid).acquire("embedded", 8000)).toBe(true);
    expect(await lease("there", 7).acquire("embedded", 8000)).toBe(false);
    await close();
  });
});
