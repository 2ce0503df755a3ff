import { SqlProductTable } from "../../src/adapters/sql/sql-product-table.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import { greatestStock, type StockMove } from "../../src/domain/product.js";
import { contractOnDatabases } from "../support/contract-on-databases.js";
import { productId } from "../support/order.js";
import { type Meet, workOn, workWith } from "../support/table-work.js";
import { clauses } from "./product-table/clauses.js";

type Products = Partial<SqlProductTable>;
/** The table as it is, but for what `wrong` makes of it. */
const twin = (wrong: (right: SqlProductTable, trx: Statements, meet: Meet) => Products, together?: number) =>
  workWith((trx, meet) => {
    const right = new SqlProductTable(trx);
    return { products: Object.assign(new SqlProductTable(trx), wrong(right, trx, meet)) };
  }, together);
const rowOf = (trx: Statements, id: string) => trx("products").where("product_id", id);

/** Adds without a look at what is there. */
const moveUnguarded = (trx: Statements) => async (moves: readonly StockMove[]) => {
  for (const { productId: id, onHand, reserved, sold } of moves)
    await rowOf(trx, id).increment({ on_hand: onHand, reserved, sold });
  return true;
};

contractOnDatabases("ProductTable", workOn, clauses, [
  {
    // Negative control: O1
    wrong: "moves unguarded",
    breaks: "moves no count below 0",
    make: twin((_, trx) => ({ move: moveUnguarded(trx) })),
  },
  {
    // Negative control: O1
    wrong: "looks before it moves",
    breaks: "gives the last five units to five of twenty who come at once",
    make: twin(
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
    wrong: "answers by its last statement",
    breaks: "moves all of 1,200 products or none, wherever the one stands that is short",
    make: twin((right) => ({
      move: async (moves) => {
        await right.move(moves.slice(0, -100));
        return right.move(moves.slice(-100));
      },
    })),
  },
  {
    wrong: "locks nothing",
    breaks: "holds what it has locked, so that what is read is there to be moved",
    make: twin((_, trx, meet) => ({
      lock: async (ids) => {
        const rows = await trx("products").whereIn("product_id", ids);
        await meet();
        return new Map(rows.map((row) => [productId(row.product_id), Number(row.on_hand)]));
      },
    })),
    only: "mysql",
  },
  {
    wrong: "takes the product as it is for what it was",
    breaks: "remembers what a product was created as, whatever has changed since",
    make: twin((right, trx) => ({
      creation: async (id) => {
        const [found] = await right.byIds([id]);
        return found && { product: found, stock: Number((await rowOf(trx, id).first()).initial_stock) };
      },
    })),
  },
  {
    wrong: "bounds what is on hand only",
    breaks: "restocks up to the greatest stock, on hand and reserved together",
    make: twin((_, trx) => ({
      change: async (id, change) => {
        const { on_hand } = await rowOf(trx, id).first();
        if (Number(on_hand) + (change.restock ?? 0) > greatestStock) return "too-large";
        await rowOf(trx, id).increment({ on_hand: change.restock ?? 0, restocked: change.restock ?? 0 });
        return "changed";
      },
    })),
  },
  {
    wrong: "asks for room again after it found none",
    breaks: "says that it changed only what it did, though a payment makes room meanwhile",
    make: twin((right, trx, meet) => ({
      move: async (moves) => {
        if (moves.some(({ sold }) => sold > 0)) await meet();
        return right.move(moves);
      },
      change: async (id, change) => {
        const answer = await right.change(id, change);
        if (answer !== "too-large") return answer;
        await meet();
        for (let looks = 0; looks < 10_000; looks++) {
          const { on_hand, reserved } = await rowOf(trx, id).first();
          if (Number(on_hand) + Number(reserved) + (change.restock ?? 0) <= greatestStock) return "changed";
        }
        return answer;
      },
    })),
    only: "mysql",
  },
]);
