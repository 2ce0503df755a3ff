import Table from "cli-table3";
import type { SoldOut } from "./box-office.js";
import type { Verdict } from "./verdict.js";

const chars = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
const style = { head: [], border: [] };

/** Prints the result of a rehearsal and returns the exit code. */
export const report = ({ measurements, broken }: Verdict): number => {
  const table = new Table({ chars, style });
  table.push(...Object.entries(measurements).map(([name, value]) => ({ [name]: String(value) })));
  console.log(table.toString());
  for (const promise of broken) console.log(`BROKEN: ${promise}`);
  if (broken.length === 0) console.log("All promises were kept.");
  return broken.length === 0 ? 0 : 1;
};

/** Prints the first ten rows of a board. */
export const showBoard = (board: readonly SoldOut[]): void => {
  const table = new Table({ head: ["rank", "concert", "seats", "sold out at", "duration"], chars, style });
  for (const { rank, title, seats, soldOutAt, elapsedMs } of board.slice(0, 10))
    table.push([rank, title, seats, soldOutAt, `${(elapsedMs / 1000).toFixed(1)} s`]);
  console.log(table.toString());
};
