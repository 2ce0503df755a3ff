export const products = [
  { productId: "ash-mug", name: "Ash-glazed mug", unitPrice: 24_000, category: "kitchen" },
  { productId: "walnut-spoon", name: "Walnut spoon", unitPrice: 11_000, category: "kitchen" },
  { productId: "tea-towel", name: "Linen tea towel", unitPrice: 9_000, category: "kitchen" },
  { productId: "beeswax-candle", name: "Beeswax candle", unitPrice: 12_000, category: "home" },
  { productId: "harbour-print", name: "Riso print: Harbour", unitPrice: 18_000, category: "paper" },
  { productId: "pocket-notebook", name: "Pocket notebook", unitPrice: 6_500, category: "paper" },
  { productId: "heron-pin", name: "Enamel pin: Heron", unitPrice: 5_000, category: "wear" },
  { productId: "moss-scarf", name: "Wool scarf, moss", unitPrice: 48_000, category: "wear" },
] as const;

export const coupon = {
  ...{ couponId: "lantern-night", name: "Lantern night", quantity: 200 },
  discount: { type: "percent", value: 15 },
} as const;

/** Concerts that are sold out at the start: their seats, and the minutes from the opening to the sell-out. */
export const soldOutConcerts = [
  { title: "Halla String Quartet", seats: 24, minutes: 14 },
  { title: "The Paper Moon Trio", seats: 16, minutes: 31 },
  { title: "Juno Vale, solo", seats: 12, minutes: 9 },
] as const;

/** The concert that goes on sale during the demo. */
export const concert = { title: "Slow Ferry", seats: 60 } as const;

const names = [
  "mina",
  "jun",
  "sora",
  "hana",
  "taeyang",
  "iris",
  "noah",
  "yuna",
  "leo",
  "dami",
  "ezra",
  "bora",
] as const;

export const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(Math.random() * items.length)] as T;

/** Returns one of 4,800 shoppers. */
export const randomShopper = (): string => `${pick(names)}-${1 + Math.floor(Math.random() * 400)}`;
