import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Counter, collectDefaultMetrics, Gauge, type Registry } from "prom-client";
import { LatencyHistogram, type LatencySeries } from "./latency-histogram.js";

/** The durations of one route, by status. */
export class RouteMeter {
  private readonly byStatus = new Map<number, LatencySeries>();
  private readonly newSeries: (status: number) => LatencySeries;

  /** @param statuses exist from the start, with 0 observations */
  constructor(newSeries: (status: number) => LatencySeries, statuses: Iterable<number>) {
    this.newSeries = newSeries;
    for (const status of statuses) this.byStatus.set(status, newSeries(status));
  }

  observe(status: number, ms: number): void {
    let series = this.byStatus.get(status);
    if (series === undefined) {
      series = this.newSeries(status);
      this.byStatus.set(status, series);
    }
    series.observe(ms);
  }
}

/** A value of another part of the service, read at each scrape. */
export type GaugeSource = {
  readonly name: string;
  readonly help: string;
  /** The name of the one label; without it there is one value, under the empty key. */
  readonly label?: string;
  /** Returns the values by label value. */
  read(): ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>;
};

/** The message of the `node:diagnostics_channel`s `rushboard:redis` and `rushboard:sql`: one per command or query. */
export type BackendCall = { readonly ms: number; readonly failed: boolean };

type Outcomes = Map<string, number>;

const count = (outcomes: Outcomes, outcome: string): void => {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
};

// Prometheus's `rate()` misses the increment with which a series appears. So the series that alerts use exist from the
// start, with the value 0.
const alertedStatuses = [500, 503];
const claimOutcomes = [
  ...["accepted", "standing"],
  ...["claim-not-accepted", "engine-unavailable", "keys-unavailable", "internal"],
];
const paymentOutcomes = [
  "pending",
  "unknown",
  "contradicted",
  "succeeded",
  "declined",
  "refunded",
  "payment-declined",
  "engine-unavailable",
  "internal",
];

/** Returns a counter by outcome: a plain map that becomes series at each scrape. `initial` outcomes start at 0. */
const countOutcomes = (registry: Registry, name: string, help: string, initial: readonly string[]): Outcomes => {
  const outcomes: Outcomes = new Map(initial.map((outcome) => [outcome, 0]));
  new Counter({
    name,
    help,
    labelNames: ["outcome"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of outcomes) this.inc({ outcome }, count);
    },
  });
  return outcomes;
};

/** Everything that `/metrics` shows, on a registry that bootstrap owns. */
export class Metrics {
  readonly registry: Registry;
  private readonly requests: LatencyHistogram;
  private readonly claims: Outcomes;
  private readonly payments: Outcomes;
  private readonly unsubscribe: (() => void)[] = [];

  constructor(registry: Registry) {
    this.registry = registry;
    this.requests = new LatencyHistogram(
      registry,
      "rushboard_http_request_duration_seconds",
      "Time from a request's headers to its response. For a stream: to its first event.",
    );
    this.claims = countOutcomes(
      registry,
      "rushboard_claims_total",
      "Responses to claims: accepted, standing (the shopper had a claim before), or the problem's code.",
      claimOutcomes,
    );
    this.payments = countOutcomes(
      registry,
      "rushboard_payments_total",
      "Responses to payments (the payment's status or the problem's code), and results of payments settled later.",
      paymentOutcomes,
    );
  }

  /** Starts the process's own metrics and the latencies of its backends. */
  start(): void {
    collectDefaultMetrics({ register: this.registry });
    for (const backend of ["redis", "sql"]) {
      const name = `rushboard_${backend}_duration_seconds`;
      const histogram = new LatencyHistogram(this.registry, name, `Duration of calls to ${backend}.`);
      const succeeded = histogram.series({ failed: "false" });
      const failed = histogram.series({ failed: "true" });
      const observe = (message: unknown) => {
        const call = message as BackendCall;
        (call.failed ? failed : succeeded).observe(call.ms);
      };
      subscribe(`rushboard:${backend}`, observe);
      this.unsubscribe.push(() => unsubscribe(`rushboard:${backend}`, observe));
    }
  }

  stop(): void {
    for (const unsubscribe of this.unsubscribe.splice(0)) unsubscribe();
  }

  /** Returns the meter of one route; `route` is its path as written in the table. `success` are its expected statuses. */
  route(method: string, route: string, success: readonly number[] = []): RouteMeter {
    const statuses = new Set([...success, ...alertedStatuses]);
    return new RouteMeter((status) => this.requests.series({ method, route, status }), statuses);
  }

  /** Counts the response to a claim. */
  claim(outcome: string): void {
    count(this.claims, outcome);
  }

  /** Counts the response to a payment, or the result of one that was settled later: its status or a problem's code. */
  payment(outcome: string): void {
    count(this.payments, outcome);
  }

  /** Adds a gauge. If it cannot be read, the scrape leaves it out. */
  addGauge({ name, help, label, read }: GaugeSource): void {
    new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.registry],
      async collect() {
        // Without a label, `reset` would set a 0 that was never read.
        if (label === undefined) this.remove();
        else this.reset();
        const values = await Promise.resolve()
          .then(read)
          .catch(() => new Map<string, number>());
        for (const [key, value] of values) this.set(label === undefined ? {} : { [label]: key }, value);
      },
    });
  }
}
