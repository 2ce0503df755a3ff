import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
import { boardsToRemove, keptBoards } from "../../domain/sales-window.js";
import type { Clock } from "../ports/clock.js";
import { productPages } from "./product-pages.js";
import { raiseBoards } from "./raise-boards.js";
import type { SalesPorts } from "./sales-ports.js";

/** Fills cold product boards from the database while sales continue to raise them and readers continue to read. */
export class FillBoards {
  private readonly ports: SalesPorts;
  private readonly clock: Clock;
  private readonly zone: TimeZone;
  private readonly pageSize: number;

  /** @param pageSize products per page; a small page delays other requests of the process and of Redis less */
  constructor(ports: SalesPorts, clock: Clock, zone: TimeZone, pageSize = 500) {
    this.ports = ports;
    this.clock = clock;
    this.zone = zone;
    this.pageSize = pageSize;
  }

  /** Fills the kept boards that are cold and removes old boards. Returns how many were cold. */
  async execute(): Promise<number> {
    const { sales, board } = this.ports;
    const cold = await board.cold(keptBoards(this.clock.now(), this.zone));
    const begun = await Promise.all(cold.map(async (which) => ({ which, token: await board.beginFill(which) })));
    // A board without a token was completed by another node.
    const fills = begun.flatMap(({ which, token }) => (token === null ? [] : [{ which, token }]));
    const filling = fills.map(({ which }) => which);
    if (filling.length > 0)
      for await (const productIds of productPages((...page) => sales.soldAfter(...page), this.pageSize))
        await raiseBoards(this.ports, filling, productIds, "one-by-one");
    // A board that was lost during the fill stays cold. The next run fills it.
    for (const { which, token } of fills) await board.finishFill(which, token);
    await board.remove(boardsToRemove(businessDayAt(this.clock.now(), this.zone)));
    return cold.length;
  }
}
