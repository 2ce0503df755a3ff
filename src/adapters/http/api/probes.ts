import { z } from "zod";
import type { InFlight } from "../server/exchange.js";
import type { Metrics } from "../server/metrics.js";
import { type Route, route } from "../server/route.js";
import { component } from "../server/schemas.js";

const livenessSchema = component("Liveness", z.strictObject({ status: z.literal("alive") }));
const readinessSchema = component(
  "Readiness",
  z.strictObject({
    status: z.enum(["ready", "degraded", "unavailable"]),
    checks: z.record(z.string(), z.string()).describe("`ok`, or what is wrong"),
    warnings: z.array(z.string()).describe("Unsafe settings of backends").optional(),
  }),
);

/** Whether this node should receive requests. */
export type Readiness = {
  /** `degraded`: it should, although some requests fail because of a backend. */
  readonly status: "ready" | "degraded" | "unavailable";
  /** By name: `ok` or what is wrong, without secrets, because the probe is public. */
  readonly checks: Readonly<Record<string, string>>;
  /** Settings of backends with which the promises do not hold; they do not change the status. */
  readonly warnings?: readonly string[];
};

type Needs = {
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Metrics;
  readonly inFlight: InFlight;
};

/** What orchestrators and Prometheus read. */
export const probeRoutes = ({ readiness, metrics: { registry }, inFlight }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/livez",
    access: "public",
    isUncached: true,
    ignoresQuery: true,
    summary: "Check that the process responds",
    responses: { 200: livenessSchema },
    handle: () => ({ status: 200, body: { status: "alive" } }),
  }),
  route({
    method: "GET",
    path: "/readyz",
    access: "public",
    isUncached: true,
    ignoresQuery: true,
    summary: "Check whether to send requests to this node",
    description:
      "`degraded` (200): a backend fails or the database rejects writes, but other requests succeed. 503: send no requests.",
    responses: { 200: readinessSchema, 503: readinessSchema },
    async handle() {
      const found = await readiness();
      const body: Readiness = inFlight.stopping
        ? { ...found, status: "unavailable", checks: { ...found.checks, process: "stopping" } }
        : found;
      return body.status === "unavailable"
        ? { status: 503, body, headers: ["Retry-After", "2"] }
        : { status: 200, body };
    },
  }),
  route({
    method: "GET",
    path: "/metrics",
    access: "public",
    isUncached: true,
    ignoresQuery: true,
    summary: "Read the metrics for Prometheus",
    responses: { 200: "text/plain" },
    handle: async () => ({ status: 200, type: registry.contentType, text: await registry.metrics() }),
  }),
];
