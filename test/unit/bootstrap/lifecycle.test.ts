import { describe, expect, it } from "vitest";
import { Lifecycle, type Step } from "../../../src/bootstrap/lifecycle.js";

const recorder = () => {
  const seen: string[] = [];
  const step = (name: string, change: Partial<Step> = {}): Step => ({
    name,
    start: () => seen.push(`+${name}`),
    stop: () => seen.push(`-${name}`),
    ...change,
  });
  const lifecycle = new Lifecycle((name) => seen.push(`!${name}`));
  return { seen, step, lifecycle };
};

describe("the lifecycle", () => {
  it("starts in order and stops in reverse, once", async () => {
    const { seen, step, lifecycle } = recorder();
    await lifecycle.start([step("database"), step("bus"), step("http")]);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(seen).toEqual(["+database", "+bus", "+http", "-http", "-bus", "-database"]);
  });

  it("stops what was started where a step fails, and tells the failure", async () => {
    const { seen, step, lifecycle } = recorder();
    const broken = step("bus", { start: () => Promise.reject(new Error("no bus")) });
    await expect(lifecycle.start([step("database"), broken, step("http")])).rejects.toThrow("no bus");
    expect(seen).toEqual(["+database", "-bus", "-database"]);
  });

  it("goes on stopping past a step that hangs or fails", async () => {
    const { seen, step, lifecycle } = recorder();
    const hangs = step("bus", { stop: () => new Promise(() => {}), deadlineMs: 1 });
    const fails = step("http", { stop: () => Promise.reject(new Error("stuck")) });
    await lifecycle.start([step("database"), hangs, fails]);
    await lifecycle.stop();
    expect(seen).toEqual(["+database", "+bus", "+http", "!http", "!bus", "-database"]);
  });
});
