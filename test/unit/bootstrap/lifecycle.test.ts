import { describe, expect, it } from "vitest";
import { Lifecycle, type Step } from "../../../src/bootstrap/lifecycle.js";

const recorder = () => {
  const calls: string[] = [];
  const step = (name: string, change: Partial<Step> = {}): Step => ({
    name,
    start: () => calls.push(`+${name}`),
    stop: () => calls.push(`-${name}`),
    ...change,
  });
  const lifecycle = new Lifecycle((name) => calls.push(`!${name}`));
  return { calls, step, lifecycle };
};

describe("Lifecycle", () => {
  it("starts in order and stops in reverse, once", async () => {
    const { calls, step, lifecycle } = recorder();
    await lifecycle.start([step("database"), step("bus"), step("http")]);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(calls).toEqual(["+database", "+bus", "+http", "-http", "-bus", "-database"]);
  });

  it("stops the started steps and throws the error when a step fails to start", async () => {
    const { calls, step, lifecycle } = recorder();
    const broken = step("bus", { start: () => Promise.reject(new Error("no bus")) });
    await expect(lifecycle.start([step("database"), broken, step("http")])).rejects.toThrow("no bus");
    expect(calls).toEqual(["+database", "-bus", "-database"]);
  });

  it("continues to stop after a step that hangs or fails", async () => {
    const { calls, step, lifecycle } = recorder();
    const hangs = step("bus", { stop: () => new Promise(() => {}), deadlineMs: 1 });
    const fails = step("http", { stop: () => Promise.reject(new Error("stuck")) });
    await lifecycle.start([step("database"), hangs, fails]);
    await lifecycle.stop();
    expect(calls).toEqual(["+database", "+bus", "+http", "!http", "!bus", "-database"]);
  });
});
