import type { ReportedSale } from "../../src/application/sales/record-sale.js";
import { businessDayAt, plusDays, startOfDay, type TimeZone } from "../../src/domain/business-day.js";
import type { EpochMs } from "../../src/domain/time.js";
import { money, productId } from "../support/order-data.js";
import { saleId } from "../support/sales-data.js";
import type { SeededRandom } from "../support/seeded-random.js";

const zone = (name: string) => name as TimeZone;
const [minute, hour, dayMs] = [60_000, 3_600_000, 86_400_000];

/** Time zones and start times of seeds: in the future, because Redis expires boards by its own clock. */
export const places = [
  { zone: zone("Asia/Seoul"), startsAt: Date.UTC(2096, 10, 21, 3) as EpochMs },
  // The days on which daylight saving time begins and ends, and the days around a leap day.
  { zone: zone("America/New_York"), startsAt: Date.UTC(2096, 2, 10, 20) as EpochMs },
  { zone: zone("America/New_York"), startsAt: Date.UTC(2096, 10, 3, 20) as EpochMs },
  { zone: zone("Asia/Seoul"), startsAt: Date.UTC(2096, 1, 28, 3) as EpochMs },
] as const;

/** The order by bytes differs from the alphabetical order. */
export const soldProducts = ["a", "B", "a-1", "_", "Z9"] as const;

const maxCalls = 14;

/** Reports sales: current, late, just before or after midnight, and repeated. */
export class SalesReports {
  private readonly random: SeededRandom;
  private readonly clock: { readonly at: number };
  private readonly zone: TimeZone;
  private calls = 0;
  /** All reports of each sale, by its id. */
  readonly reported = new Map<string, ReportedSale[]>();

  constructor(random: SeededRandom, clock: { readonly at: number }, zone: TimeZone) {
    this.random = random;
    this.clock = clock;
    this.zone = zone;
  }

  get hasMore(): boolean {
    return this.calls < maxCalls;
  }

  next(): readonly ReportedSale[] {
    const { random } = this;
    this.calls += 1;
    const times = this.times();
    const sales = Array.from({ length: 1 + random.below(3) }, (_, n) => ({
      saleId: saleId(`shop:${random.chance(0.15) ? `${random.below(this.calls)}-0` : `${this.calls}-${n}`}`),
      productId: productId(random.pick(soldProducts)),
      quantity: 1 + random.below(4),
      unitPrice: money(random.below(5) * 100),
      occurredAt: random.chance(0.4) ? null : random.pick(times),
    }));
    for (const sale of sales) this.reported.set(sale.saleId, [...(this.reported.get(sale.saleId) ?? []), sale]);
    return sales;
  }

  private times(): readonly EpochMs[] {
    const now = this.clock.at;
    const today = businessDayAt(now as EpochMs, this.zone);
    const midnights = [-1, 0, 1].flatMap((days) => {
      const midnight = startOfDay(plusDays(today, days), this.zone);
      return [midnight - 1, midnight];
    });
    const late = [1, 5 * hour, ...[1, 1, 2, 6, 7, 29, 30].map((days) => days * dayMs)].map((ms) => now - ms);
    return [...midnights, ...late].filter((at) => at <= now + 5 * minute) as EpochMs[];
  }
}
