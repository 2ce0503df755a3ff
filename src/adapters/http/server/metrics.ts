import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Counter, collectDefaultMetrics, Gauge, type Registry } from "prom-client";
import { LatencyHistogram, type LatencySeries } from "./latency-histogram.js";

/** The durations of one route, by status. */
export class RouteMeter {
  private readonly byStatus = new Map<number, LatencySeries>();
  private readonly open: (status: number) => LatencySeries;

  constructor(open: (status: number) => LatencySeries) {
    this.open = open;
  }

  observe(status: number, ms: number): void {
    let series = this.byStatus.get(status);
    if (series === undefined) {
      series = this.open(status);
      this.byStatus.set(status, series);
    }
    series.observe(ms);
  }
}

/** A figure that another part of the service knows, read when Prometheus asks; by label value where there are several. */
export type Reading = {
  readonly name: string;
  readonly help: string;
  /** The one label's name; without it there is one figure, under the empty label value. */
  readonly label?: string;
  read(): ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>;
};

/** What `node:diagnostics_channel` `rushboard:redis` and `rushboard:sql` carry, one message a command or query. */
export type EngineCall = { readonly ms: number; readonly failed: boolean };

type Outcomes = Map<string, number>;

const count = (outcomes: Outcomes, outcome: string): void => {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
};

/** A counter by outcome: a plain map while requests come in, made into series when Prometheus asks. */
const countOutcomes = (registry: Registry, name: string, help: string): Outcomes => {
  const outcomes: Outcomes = new Map();
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
      "Time from a request's headers to its answer (a stream's: to its first event).",
    );
    this.claims = countOutcomes(
      registry,
      "rushboard_claims_total",
      "Answers to claims: accepted, standing (the claim was there before), or the problem's code.",
    );
    this.payments = countOutcomes(
      registry,
      "rushboard_payments_total",
      "Answers to payments (the payment's status, or the problem's code), and ends of those that were left open.",
    );
  }

  /** Begins what lasts for the process: its own figures, and the latency of its engines. */
  start(): void {
    collectDefaultMetrics({ register: this.registry });
    for (const engine of ["redis", "sql"]) {
      const name = `rushboard_${engine}_duration_seconds`;
      const histogram = new LatencyHistogram(this.registry, name, `Time that calls to ${engine} take.`);
      const answered = histogram.series({ failed: "false" });
      const failed = histogram.series({ failed: "true" });
      const hear = (message: unknown) => {
        const call = message as EngineCall;
        (call.failed ? failed : answered).observe(call.ms);
      };
      subscribe(`rushboard:${engine}`, hear);
      this.unsubscribe.push(() => unsubscribe(`rushboard:${engine}`, hear));
    }
  }

  stop(): void {
    for (const end of this.unsubscribe.splice(0)) end();
  }

  /** The meter of one route (its path as it is written in the table). */
  route(method: string, route: string): RouteMeter {
    return new RouteMeter((status) => this.requests.series({ method, route, status }));
  }

  /** Counts an answer to a claim. */
  claim(outcome: string): void {
    count(this.claims, outcome);
  }

  /** Counts an answer to a payment, or the end of one that was left open: its status, or the problem's code. */
  payment(outcome: string): void {
    count(this.payments, outcome);
  }

  /** Shows a figure that is read at each scrape; one that cannot be read is left out. */
  show({ name, help, label, read }: Reading): void {
    new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.registry],
      async collect() {
        // Without a label, a reset would leave a 0 that nobody has read.
        if (label === undefined) this.remove();
        else this.reset();
        const figures = await Promise.resolve()
          .then(read)
          .catch(() => new Map<string, number>());
        for (const [value, figure] of figures) this.set(label === undefined ? {} : { [label]: value }, figure);
      },
    });
  }
}
