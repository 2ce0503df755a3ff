import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Logger } from "pino";
import { systemTimers } from "../adapters/system/system-timers.js";
import type { BackendUse } from "../application/ports/backend-use.js";
import { RetryLoop } from "../application/retry.js";
import { timeoutAfter } from "../application/timeout-after.js";
import type { BackendFault } from "../domain/backend-fault.js";
import { unavailableBackend } from "../domain/problem.js";
import type { BackendCheck } from "./backends.js";
import { FailureWindow } from "./failure-window.js";

const everyMs = 1000;
/** Longer than a request may take, so that the backend's own error usually comes first. */
const probeTimeoutMs = 2500;
/** How long a request for the readiness waits for the first probes: it must end within 1.8 s. */
const firstProbesMs = 1200;
const logEveryMs = 60_000;

/** Why a backend is failing, and whether only a part of its uses fails, such as the writes. */
export type FailingBackend = { readonly fault: BackendFault; readonly part?: string };

/** The code of an error that no table of an adapter lists. */
const codeOf = (error: unknown): string => {
  const { code, type, errno, message = "" } = (error ?? {}) as Readonly<Record<string, string | undefined>>;
  return String(code ?? type ?? errno ?? message.split(" ", 1)[0]);
};

/**
 * Whether each backend works: from the results of what requests and jobs do, and from probes that do the same every
 * second. The probes find an outage without traffic, and the end of one.
 */
export class BackendHealth {
  private readonly checks: readonly BackendCheck[];
  private readonly log: Logger;
  private readonly loop: RetryLoop;
  private readonly windows = new Map<string, { readonly use: BackendUse; readonly window: FailureWindow }>();
  private readonly probes = new Map<string, BackendFault | undefined>();
  private readonly logged = new Map<string, number>();
  private firstRound: Promise<void> | undefined;

  constructor(checks: readonly BackendCheck[], log: Logger) {
    this.checks = checks;
    this.log = log;
    this.loop = new RetryLoop({
      timers: systemTimers,
      backoff: () => everyMs,
      round: async () => {
        await this.probeAll();
        return everyMs;
      },
    });
  }

  start(): void {
    subscribe("rushboard:backend", this.receive);
    this.loop.start();
  }

  async stop(): Promise<void> {
    unsubscribe("rushboard:backend", this.receive);
    await this.loop.stop();
  }

  /**
   * Returns each backend of this profile, with its fault if it has one. Waits only for the first probes, for at most
   * 1.2 s; a backend that has not answered by then is unreachable.
   */
  async current(): Promise<ReadonlyMap<string, FailingBackend | undefined>> {
    this.firstRound ??= this.probeAll();
    await timeoutAfter(firstProbesMs, systemTimers)(this.firstRound);
    return new Map(this.checks.map(({ name }) => [name, this.failing(name)]));
  }

  private failing(name: string): FailingBackend | undefined {
    const reads = this.probes.get(`${name} reads`) ?? this.used(name, (kind) => kind === "reads")?.fault;
    if (reads !== undefined) return { fault: reads };
    const writes = this.probes.get(`${name} writes`);
    if (writes !== undefined) return { fault: writes, part: "writes" };
    return this.used(name, () => true);
  }

  private used(name: string, isMeant: (kind: string) => boolean): FailingBackend | undefined {
    const now = performance.now();
    for (const { use, window } of this.windows.values()) {
      const fault = use.backend === name && isMeant(use.kind) ? window.current(now) : undefined;
      if (fault !== undefined) return { fault, part: use.kind };
    }
    return undefined;
  }

  private async probeAll(): Promise<void> {
    for (const { name } of this.checks)
      if (!this.probes.has(`${name} reads`)) this.probes.set(`${name} reads`, "unreachable");
    const probing = this.checks.flatMap(({ name, ping, probeWrites }) => [
      this.probe(`${name} reads`, ping),
      ...(probeWrites === undefined ? [] : [this.probe(`${name} writes`, probeWrites)]),
    ]);
    await Promise.all(probing);
  }

  private async probe(key: string, attempt: () => Promise<void>): Promise<void> {
    try {
      const result = await timeoutAfter(probeTimeoutMs, systemTimers)(attempt());
      this.probes.set(key, result === "late" ? "slow" : undefined);
    } catch (error) {
      this.probes.set(key, unavailableBackend(error)?.fault ?? "unknown");
      this.logUnknown(error);
    }
  }

  private readonly receive = (message: unknown): void => {
    const use = message as BackendUse;
    const key = `${use.backend} ${use.kind}`;
    const known = this.windows.get(key) ?? { use, window: new FailureWindow() };
    this.windows.set(key, known);
    known.window.add(unavailableBackend(use.error)?.fault, performance.now());
    if (use.error !== undefined) this.logUnknown(use.error);
  };

  /** Logs an error that no table lists, once a minute per code, so that the table can be completed. */
  private logUnknown(error: unknown): void {
    const unavailable = unavailableBackend(error);
    if (unavailable?.fault !== "unknown") return;
    const { backend } = unavailable;
    const err = (error as Error).cause;
    const code = codeOf(err);
    const now = performance.now();
    if (now - (this.logged.get(`${backend} ${code}`) ?? Number.NEGATIVE_INFINITY) < logEveryMs) return;
    this.logged.set(`${backend} ${code}`, now);
    this.log.warn({ backend, backendCode: code, err }, "unknown backend error");
  }
}
