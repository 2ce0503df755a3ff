import type { TimeZone } from "../../domain/business-day.js";
import type { ProductId } from "../../domain/ids.js";
import { keptBoards } from "../../domain/sales-window.js";
import type { Comparison } from "../board/comparison.js";
import type { Clock } from "../ports/clock.js";
import type { FillBoards } from "./fill-boards.js";
import { productPages } from "./product-pages.js";
import { repairBoards } from "./repair-boards.js";
import type { SalesPorts } from "./sales-ports.js";

/** The number of products that one run compares, and the page size of a pass over all products. */
const usualSizes = { run: 2000, page: 500 };

/** Compares the scores of the kept product boards with the database and repairs those that differ (S2). */
export class CompareBoards {
  private lastCompared: ProductId | null = null;
  private readonly ports: SalesPorts;
  private readonly fillBoards: FillBoards;
  private readonly clock: Clock;
  private readonly zone: TimeZone;
  private readonly sizes: typeof usualSizes;

  constructor(ports: SalesPorts, fillBoards: FillBoards, clock: Clock, zone: TimeZone, sizes = usualSizes) {
    this.ports = ports;
    this.fillBoards = fillBoards;
    this.clock = clock;
    this.zone = zone;
    this.sizes = sizes;
  }

  /** Compares the next products in id order, from the start again after the last one. Returns how many scores differed. */
  async next(): Promise<number> {
    const productIds = await this.ports.sales.soldAfter(this.lastCompared, this.sizes.run);
    this.lastCompared = productIds.length < this.sizes.run ? null : (productIds.at(-1) ?? null);
    return this.repair(productIds);
  }

  /** Fills cold boards, then compares all products. */
  async all(): Promise<Comparison> {
    await this.fillBoards.execute();
    let [entries, drift] = [0, 0];
    for await (const productIds of productPages((...page) => this.ports.sales.soldAfter(...page), this.sizes.page)) {
      entries += productIds.length;
      drift += await this.repair(productIds);
    }
    return { entries, drift };
  }

  private repair(productIds: readonly ProductId[]): Promise<number> {
    return repairBoards(this.ports, keptBoards(this.clock.now(), this.zone), productIds);
  }
}
