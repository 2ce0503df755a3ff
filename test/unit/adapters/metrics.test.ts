import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { Metrics } from "../../../src/adapters/http/server/metrics.js";

describe("a figure of /metrics", () => {
  it.each([[undefined], ["group"]])("that cannot be read is left out until it can be (label: %s)", async (label) => {
    const metrics = new Metrics(new Registry());
    let away = false;
    const read = async () => {
      if (away) throw new Error("away");
      return new Map([["stock", 7]]);
    };
    metrics.addGauge({ name: "rushboard_waiting", help: "Waiting.", ...(label && { label }), read });
    const shown = async () =>
      (await metrics.registry.getSingleMetricAsString("rushboard_waiting")).split("\n").slice(2);
    const line = label === undefined ? "rushboard_waiting 7" : 'rushboard_waiting{group="stock"} 7';
    expect(await shown()).toEqual([line]);
    away = true;
    expect(await shown()).toEqual([]);
    away = false;
    expect(await shown()).toEqual([line]);
  });
});
