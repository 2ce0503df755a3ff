import { readFileSync } from "node:fs";

const script = (file: string, numberOfKeys: number) => ({
  lua: readFileSync(new URL(`lua/${file}.lua`, import.meta.url), "utf8"),
  numberOfKeys,
});

/** Every script, by the command that it is to the client. */
export const redisScripts = {
  joinQueue: script("join", 3),
  readFigures: script("figures", 4),
  readMembers: script("members-after", 3),
  loadPage: script("load-page", 4),
  swapIn: script("swap-in", 8),
  dropStore: script("drop", 4),
  takeCoupons: script("take", 2),
  giveBackPlaces: script("give-back", 4),
} as const;

export type ScriptName = keyof typeof redisScripts;
