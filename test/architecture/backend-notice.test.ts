import { describe, expect, it } from "vitest";
import { absentBackends } from "../support/backend-notice.js";

const all = {
  TEST_REDIS_URL: "redis://127.0.0.1:6379",
  TEST_REDIS_CLUSTER_URL: "redis://127.0.0.1:7001,127.0.0.1:7002",
  TEST_DATABASE_URL: "mysql://root@127.0.0.1/test",
  TEST_KAFKA_BROKERS: "127.0.0.1:9092",
};

describe("the notice of skipped backends", () => {
  it("names each backend without an address", () => {
    expect(absentBackends({})).toEqual(["Redis", "Redis Cluster", "MariaDB", "Kafka"]);
    expect(absentBackends({ ...all, TEST_DATABASE_URL: "" })).toEqual(["MariaDB"]);
  });

  it("is empty if every backend has an address", () => {
    expect(absentBackends(all)).toEqual([]);
  });
});
