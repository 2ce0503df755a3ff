import { readFileSync } from "node:fs";

const script = (file: string, numberOfKeys: number) => ({
  lua: readFileSync(new URL(`lua/${file}.lua`, import.meta.url), "utf8"),
  numberOfKeys,
});

/** Every script, by the command that it is to the client. */
export const redisScripts = {
  joinQueue: script("join", 3),
  readCounts: script("counts", 4),
  readMembers: script("members-after", 3),
  loadPage: script("load-page", 4),
  swapIn: script("swap-in", 8),
  dropStore: script("drop", 4),
  takeCoupons: script("take", 2),
  giveBackPlaces: script("give-back", 4),
  readTopSales: script("top-sales", 1),
  readSalesRanks: script("sales-ranks", 1),
  readSalesScores: script("sales-scores", 1),
  lowerSales: script("lower-sales", 1),
  beginSalesFill: script("begin-sales-fill", 1),
  finishSalesFill: script("finish-sales-fill", 1),
  removeSalesBoard: script("remove-sales-board", 1),
  topSoldOut: script("top-sold-out", 2),
  recordSoldOut: script("record-sold-out", 2),
  soldOutVersion: script("sold-out-version", 1),
  writeSoldOut: script("write-sold-out", 2),
} as const;

export type ScriptName = keyof typeof redisScripts;
