import { SandboxProvider } from "../../../src/adapters/provider/sandbox-provider.js";
import type { SandboxBook, SandboxTotals } from "../../../src/application/ports/sandbox-book.js";
import type { ProviderUnderTest } from "./provider-under-test.js";

/** The sandbox provider, whose slow captures wait for `endDelays`. */
export type SandboxUnderTest = ProviderUnderTest & {
  readonly totals: () => Promise<SandboxTotals>;
  readonly delays: readonly number[];
  readonly endDelays: () => void;
};

/** @param there the same book as another node opens it */
export const sandboxOn = (book: SandboxBook, there = book): SandboxUnderTest => {
  const delays: number[] = [];
  const waiting: (() => void)[] = [];
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      delays.push(ms);
      waiting.push(resolve);
    });
  return {
    here: new SandboxProvider(book, wait),
    there: new SandboxProvider(there, wait),
    valid: "sandbox-ok",
    declined: "sandbox-declined",
    totals: () => book.totals(),
    delays,
    endDelays: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
};
