import { readFileSync } from "node:fs";

const read = (file: string): string => readFileSync(new URL(`lua/${file}.lua`, import.meta.url), "utf8");

/** @param functions a file of functions that the script uses; a Redis script cannot load another file */
const script = (file: string, numberOfKeys: number, functions?: string) => ({
  lua: functions === undefined ? read(file) : read(functions) + read(file),
  numberOfKeys,
});

/** Every script under the name of its client command, which is also the name of its file. */
export const redisScripts = {
  probe: script("probe", 1),
  joinQueue: script("join-queue", 3),
  readCounts: script("read-counts", 4),
  readMembers: script("read-members", 3),
  loadPage: script("load-page", 4),
  swapIn: script("swap-in", 8),
  dropStore: script("drop-store", 4),
  takeCoupons: script("take-coupons", 2),
  giveBackPlaces: script("give-back-places", 4),
  readTopSales: script("read-top-sales", 1, "sales-marker"),
  readSalesRanks: script("read-sales-ranks", 1, "sales-marker"),
  readSalesScores: script("read-sales-scores", 1),
  lowerSales: script("lower-sales", 1),
  beginSalesFill: script("begin-sales-fill", 1, "sales-marker"),
  finishSalesFill: script("finish-sales-fill", 1, "sales-marker"),
  removeSalesBoard: script("remove-sales-board", 1),
  readTopSoldOut: script("read-top-sold-out", 2, "sold-out-marker"),
  recordSoldOut: script("record-sold-out", 2, "sold-out-marker"),
  readSoldOutVersion: script("read-sold-out-version", 1, "sold-out-marker"),
  writeSoldOut: script("write-sold-out", 2, "sold-out-marker"),
} as const;

export type ScriptName = keyof typeof redisScripts;
