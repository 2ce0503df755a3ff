import { z } from "zod";
import { name } from "../server/api-schemas.js";
import type { InFlight } from "../server/in-flight.js";
import type { Metrics } from "../server/metrics.js";
import { type Route, route } from "../server/route.js";

const readinessSchema = name(
  "Readiness",
  z.strictObject({
    status: z.enum(["ready", "degraded", "unavailable"]),
    checks: z.record(z.string(), z.string()),
    warnings: z.array(z.string()).optional(),
  }),
);

/**
 * Whether this node should be sent work. `degraded`: it should, though an engine named in the checks is away.
 * A check's text is `ok` or what is wrong, in words that may be shown to anyone. Warnings name settings of engines that
 * are not as the promises need them; they change no status.
 */
export type Readiness = {
  readonly status: "ready" | "degraded" | "unavailable";
  readonly checks: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
};

/** What orchestrators and Prometheus ask. */
export const probeRoutes = (
  readiness: () => Promise<Readiness>,
  { registry }: Metrics,
  inFlight: InFlight,
): readonly Route[] => [
  route({
    method: "GET",
    path: "/livez",
    access: "public",
    anyQuery: true,
    summary: "The process answers",
    answers: { 200: name("Liveness", z.strictObject({ status: z.literal("alive") })) },
    handle: () => ({ status: 200, body: { status: "alive" } }),
  }),
  route({
    method: "GET",
    path: "/readyz",
    access: "public",
    anyQuery: true,
    summary: "Whether to send work here, with a check an engine",
    answers: { 200: readinessSchema, 503: readinessSchema },
    async handle() {
      const found = await readiness();
      const body: Readiness = inFlight.stopping
        ? { ...found, status: "unavailable", checks: { ...found.checks, process: "stopping" } }
        : found;
      const headers = ["Cache-Control", "no-store"];
      return body.status === "unavailable"
        ? { status: 503, body, headers: [...headers, "Retry-After", "2"] }
        : { status: 200, body, headers };
    },
  }),
  route({
    method: "GET",
    path: "/metrics",
    access: "public",
    anyQuery: true,
    summary: "Figures for Prometheus",
    answers: { 200: "text/plain" },
    handle: async () => ({ status: 200, type: registry.contentType, text: await registry.metrics() }),
  }),
];
