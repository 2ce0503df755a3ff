import { MemoryEventBus } from "../../support/memory-event-bus.js";
import { type BusUnderTest, memoryDeadLetters } from "./bus-under-test.js";

/** A bus in this process. A second instance would share nothing with the first. */
export const openMemoryUnderTest = async (): Promise<BusUnderTest & { close(): Promise<void> }> => {
  const deadLetters = memoryDeadLetters();
  const closing: (() => Promise<void>)[] = [];
  let broken = false;
  return {
    timeoutMs: 60_000,
    open: async () => {
      const park: typeof deadLetters.park = async (letters) => {
        if (broken) throw new Error("dead letters cannot be stored");
        await deadLetters.park(letters);
      };
      const bus = new MemoryEventBus({ park }, () => 10);
      closing.push(() => bus.stopConsuming());
      return bus;
    },
    parked: async () => deadLetters.letters,
    breakStock: async () => {
      broken = true;
      return async () => {
        broken = false;
      };
    },
    close: async () => {
      for (const close of closing) await close();
    },
  };
};
