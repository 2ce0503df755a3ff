import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { Metrics } from "../../../src/adapters/http/server/metrics.js";

describe("Metrics", () => {
  it.each([[undefined], ["group"]])("leaves out a gauge while it cannot be read (label: %s)", async (label) => {
    const metrics = new Metrics(new Registry());
    let unreadable = false;
    const read = async () => {
      if (unreadable) throw new Error("unreadable");
      return new Map([["stock", 7]]);
    };
    metrics.addGauge({ name: "rushboard_waiting", help: "Waiting.", ...(label && { label }), read });
    const shown = async () =>
      (await metrics.registry.getSingleMetricAsString("rushboard_waiting")).split("\n").slice(2);
    const line = label === undefined ? "rushboard_waiting 7" : 'rushboard_waiting{group="stock"} 7';
    expect(await shown()).toEqual([line]);
    unreadable = true;
    expect(await shown()).toEqual([]);
    unreadable = false;
    expect(await shown()).toEqual([line]);
  });
});
