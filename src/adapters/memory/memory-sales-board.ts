import { randomUUID } from "node:crypto";
import type {
  Correction,
  FillToken,
  ProductTotal,
  RankedProduct,
  SalesBoard,
} from "../../application/ports/sales-board.js";
import type { ProductId } from "../../domain/ids.js";
import { boardName, type WindowBoard } from "../../domain/sales-window.js";
import { SortedProducts } from "./sorted-products.js";

/** The product boards of a process that serves alone. They are lost with the process, so every board is cold after a start. */
export class MemoryBoards {
  private readonly boards = new Map<string, SortedProducts>();

  /** Returns the board's products, which it creates if there are none. */
  of(board: WindowBoard): SortedProducts {
    const name = boardName(board);
    const products = this.boards.get(name) ?? new SortedProducts();
    this.boards.set(name, products);
    return products;
  }

  find(board: WindowBoard): SortedProducts | undefined {
    return this.boards.get(boardName(board));
  }

  /** Returns the board's products, or `undefined` if the board is cold. */
  ready(board: WindowBoard): SortedProducts | undefined {
    const products = this.find(board);
    return products?.marker?.ready ? products : undefined;
  }

  delete(board: WindowBoard): void {
    this.boards.delete(boardName(board));
  }
}

/** The product boards in process memory. Each step is atomic, because no step waits. */
export class MemorySalesBoard implements SalesBoard {
  private readonly boards: MemoryBoards;

  constructor(boards: MemoryBoards) {
    this.boards = boards;
  }

  async raise(board: WindowBoard, totals: readonly ProductTotal[]): Promise<void> {
    const products = this.boards.of(board);
    for (const total of totals) if (total.quantity > (products.score(total.productId) ?? 0)) products.set(total);
  }

  async top(board: WindowBoard, limit: number): Promise<readonly RankedProduct[] | null> {
    const best = this.boards.ready(board)?.top(limit);
    return best?.map((total, index) => ({ ...total, rank: index + 1 })) ?? null;
  }

  async ranks(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number> | null> {
    const products = this.boards.ready(board);
    return products === undefined ? null : found(productIds, (productId) => products.rank(productId));
  }

  async scores(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>> {
    const products = this.boards.find(board);
    return found(productIds, (productId) => products?.score(productId));
  }

  async cold(boards: readonly WindowBoard[]): Promise<readonly WindowBoard[]> {
    return boards.filter((board) => this.boards.ready(board) === undefined);
  }

  async lower(board: WindowBoard, corrections: readonly Correction[]): Promise<void> {
    const products = this.boards.find(board);
    for (const { seen, ...total } of corrections) if (products?.score(total.productId) === seen) products.set(total);
  }

  async beginFill(board: WindowBoard): Promise<FillToken | null> {
    const products = this.boards.of(board);
    if (products.marker?.ready) return null;
    const token = randomUUID() as string as FillToken;
    products.marker = { token, ready: false };
    return token;
  }

  async finishFill(board: WindowBoard, token: FillToken): Promise<boolean> {
    const products = this.boards.find(board);
    if (products?.marker?.token !== token) return false;
    products.marker = { token, ready: true };
    return true;
  }

  async remove(boards: readonly WindowBoard[]): Promise<void> {
    for (const board of boards) this.boards.delete(board);
  }
}

/** Returns the products' values without those that are `undefined`. */
const found = (
  productIds: readonly ProductId[],
  read: (productId: ProductId) => number | undefined,
): ReadonlyMap<ProductId, number> =>
  new Map(
    productIds.flatMap((productId) => {
      const value = read(productId);
      return value === undefined ? [] : [[productId, value] as const];
    }),
  );
