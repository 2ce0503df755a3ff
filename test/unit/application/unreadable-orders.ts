import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { UseCaseName } from "../../support/application.js";
import { replaceMethods } from "../../support/replace-methods.js";

/** A unit of work in which the given use cases cannot read the given orders. */
export const unreadable =
  (orders: Readonly<Record<string, readonly UseCaseName[]>>) =>
  (right: UnitOfWork, useCase: UseCaseName): UnitOfWork => ({
    run: (run) =>
      right.run((tx) => {
        const readable = replaceMethods(tx.orders, {
          lock: async (ids) => {
            for (const id of ids) if (orders[id]?.includes(useCase)) throw new Error(`${id} cannot be read`);
            return tx.orders.lock(ids);
          },
        });
        return run({ ...tx, orders: readable });
      }),
  });
