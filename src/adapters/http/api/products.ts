import type { z } from "zod";
import type { NewId } from "../../../application/ports/new-id.js";
import type { ProductQueries, ProductStanding } from "../../../application/ports/product-queries.js";
import type { ProductChange } from "../../../application/ports/product-table.js";
import type { AddProduct } from "../../../application/product/add-product.js";
import type { ChangeProduct } from "../../../application/product/change-product.js";
import type { ProductId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { isBalanced } from "../../../domain/product.js";
import { pageQuery } from "../server/api-schemas.js";
import { pageAnswer } from "../server/page-answer.js";
import { type Route, route } from "../server/route.js";
import {
  newProductSchema,
  productAuditSchema,
  productChangeSchema,
  productPage,
  productSchema,
} from "./product-schemas.js";

type Needs = {
  readonly addProduct: AddProduct;
  readonly changeProduct: ChangeProduct;
  readonly products: ProductQueries;
  readonly newId: NewId;
};

const shown = ({ product, stock }: ProductStanding): z.infer<typeof productSchema> => {
  const { productId, name, unitPrice, category } = product;
  return { productId, name, unitPrice, stock: stock.onHand, category };
};

/** Products: kept by admins, read by anyone. */
export const productRoutes = ({ addProduct, changeProduct, products, newId }: Needs): readonly Route[] => {
  const find = async (productId: ProductId): Promise<ProductStanding> => {
    const standing = await products.standing(productId);
    if (standing === undefined) throw new DomainError({ code: "product-not-found", productId });
    return standing;
  };
  return [
    route({
      method: "GET",
      path: "/products",
      access: "public",
      summary: "List products",
      query: pageQuery,
      answers: { 200: productPage },
      problems: ["engine-unavailable"],
      handle: async ({ query: { cursor = null, limit } }) => pageAnswer(await products.list(cursor, limit), shown),
    }),
    route({
      method: "POST",
      path: "/products",
      access: "admin",
      summary: "Add a product with its first stock",
      description: "The same id and body again: 200, and the product as it stands.",
      body: newProductSchema,
      answers: { 201: productSchema, 200: productSchema },
      problems: ["id-taken", "engine-unavailable"],
      async handle({ body: { name, unitPrice, stock, category = null, ...body } }) {
        const productId = (body.productId ?? newId()) as ProductId;
        const { created } = await addProduct.execute({ productId, name, unitPrice, category }, stock);
        const headers = ["Location", `/api/v1/products/${productId}`];
        return { status: created ? 201 : 200, body: shown(await find(productId)), headers };
      },
    }),
    route({
      method: "GET",
      path: "/products/:productId",
      access: "public",
      summary: "A product; its stock is what is on hand",
      answers: { 200: productSchema },
      problems: ["product-not-found", "engine-unavailable"],
      handle: async ({ params }) => ({ status: 200, body: shown(await find(params.productId)) }),
    }),
    route({
      method: "PATCH",
      path: "/products/:productId",
      access: "admin",
      summary: "Rename, reprice or restock a product",
      description: "Orders that are placed keep their price. A restock adds to the stock each time it is sent.",
      body: productChangeSchema,
      answers: { 200: productSchema },
      problems: ["product-not-found", "stock-too-large", "engine-unavailable"],
      async handle({ params: { productId }, body }) {
        // Checked: a field that is there has a value.
        await changeProduct.execute(productId, body as ProductChange);
        return { status: 200, body: shown(await find(productId)) };
      },
    }),
    route({
      method: "GET",
      path: "/products/:productId/audit",
      access: "admin",
      summary: "Where every unit of a product is",
      answers: { 200: productAuditSchema },
      problems: ["product-not-found", "engine-unavailable"],
      async handle({ params }) {
        const { stock } = await find(params.productId);
        const { initial, restocked, onHand, reserved, sold } = stock;
        const body = { initial, restocked, onHand, reserved, sold, balanced: isBalanced(stock) };
        return { status: 200, body };
      },
    }),
  ];
};
