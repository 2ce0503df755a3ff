import { SqlProductTable } from "../../src/adapters/sql/sql-product-table.js";
import { greatestStock, type StockMove } from "../../src/domain/product.js";
import { contractOnDatabases } from "../support/contract-on-databases.js";
import { productId } from "../support/order-data.js";
import { type BuildableStatements, type Meet, workOn, workWith } from "../support/table-work.js";
import { clauses } from "./product-table/clauses.js";

type Products = Partial<SqlProductTable>;
/** The table with some methods replaced. */
const withWrong = (
  wrong: (right: SqlProductTable, trx: BuildableStatements, meet: Meet) => Products,
  together?: number,
) =>
  workWith((trx, meet) => {
    const right = new SqlProductTable(trx);
    return { products: Object.assign(new SqlProductTable(trx), wrong(right, trx, meet)) };
  }, together);
const rowOf = (trx: BuildableStatements, id: string) => trx("products").where("product_id", id);

/** Moves units without a guard. */
const moveUnguarded = (trx: BuildableStatements) => async (moves: readonly StockMove[]) => {
  for (const { productId: id, onHand, reserved, sold } of moves)
    await rowOf(trx, id).increment({ on_hand: onHand, reserved, sold });
  return true;
};

contractOnDatabases("ProductTable", workOn, clauses, [
  {
    // Negative control: O1
    wrong: "moves without a guard",
    breaks: "moves no count below 0",
    make: withWrong((_, trx) => ({ move: moveUnguarded(trx) })),
  },
  {
    // Negative control: O1
    wrong: "reads before it moves",
    breaks: "moves the last five units for five of twenty concurrent requests",
    make: withWrong(
      (_, trx, meet) => ({
        move: async (moves) => {
          const rows = await trx("products").whereIn(
            "product_id",
            moves.map((each) => each.productId),
          );
          const left = new Map(rows.map((row) => [row.product_id, Number(row.on_hand)]));
          await meet();
          return moves.every((each) => (left.get(each.productId) ?? 0) + each.onHand >= 0) && moveUnguarded(trx)(moves);
        },
      }),
      6,
    ),
    only: "mysql",
  },
  {
    wrong: "returns the result of its last statement",
    breaks: "moves all of 1,200 products or none, wherever the short one is",
    make: withWrong((right) => ({
      move: async (moves) => {
        await right.move(moves.slice(0, -100));
        return right.move(moves.slice(-100));
      },
    })),
  },
  {
    wrong: "locks nothing",
    breaks: "keeps its locks, so that the units that were read can be moved",
    make: withWrong((_, trx, meet) => ({
      lock: async (ids) => {
        const rows = await trx("products").whereIn("product_id", ids);
        await meet();
        return new Map(rows.map((row) => [productId(row.product_id), Number(row.on_hand)]));
      },
    })),
    only: "mysql",
  },
  {
    wrong: "returns the current product as the created one",
    breaks: "returns a product as it was created, after any change",
    make: withWrong((right, trx) => ({
      creation: async (id) => {
        const [found] = await right.byIds([id]);
        return found && { product: found, stock: Number((await rowOf(trx, id).first()).initial_stock) };
      },
    })),
  },
  {
    wrong: "limits only the units on hand",
    breaks: "restocks up to the greatest stock, on hand and reserved together",
    make: withWrong((_, trx) => ({
      change: async (id, change) => {
        const { on_hand } = await rowOf(trx, id).first();
        if (Number(on_hand) + (change.restock ?? 0) > greatestStock) return "too-large";
        await rowOf(trx, id).increment({ on_hand: change.restock ?? 0, restocked: change.restock ?? 0 });
        return "changed";
      },
    })),
  },
  {
    wrong: "checks for room again after it found none",
    breaks: "reports a change only if it was made, while a payment makes room",
    make: withWrong((right, trx, meet) => ({
      move: async (moves) => {
        if (moves.some(({ sold }) => sold > 0)) await meet();
        return right.move(moves);
      },
      change: async (id, change) => {
        const outcome = await right.change(id, change);
        if (outcome !== "too-large") return outcome;
        await meet();
        for (let reads = 0; reads < 10_000; reads++) {
          const { on_hand, reserved } = await rowOf(trx, id).first();
          if (Number(on_hand) + Number(reserved) + (change.restock ?? 0) <= greatestStock) return "changed";
        }
        return outcome;
      },
    })),
    only: "mysql",
  },
]);
