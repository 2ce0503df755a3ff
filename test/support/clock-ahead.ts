import type { Settings } from "./node.js";

/** Loaded before the service: another host name, and a clock that is ahead. */
const program = (ms: number) => `
  import os from "node:os";
  import { syncBuiltinESMExports } from "node:module";
  const now = Date.now;
  globalThis.Date = class extends Date {
    constructor(...given) { given.length === 0 ? super(now() + ${ms}) : super(...given); }
    static now() { return now() + ${ms}; }
  };
  os.hostname = () => "other-host";
  syncBuiltinESMExports();`;

/** Settings of a service on another host, whose clock is `ms` ahead. */
export const onHostWithClockAhead = (ms: number): Settings => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program(ms))}`,
});
