import { z } from "zod";
import type { NewId } from "../../../application/ports/new-id.js";
import type { ProductQueries, StockedProduct } from "../../../application/ports/product-queries.js";
import type { ProductChange } from "../../../application/ports/product-table.js";
import type { AddProduct } from "../../../application/product/add-product.js";
import type { ChangeProduct } from "../../../application/product/change-product.js";
import type { ProductId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { greatestStock, isBalanced } from "../../../domain/product.js";
import type { ProblemEntries } from "../server/problems.js";
import { pageResponse, type Route, route } from "../server/route.js";
import {
  component,
  countSchema,
  idSchema,
  integer,
  moneySchema,
  nameSchema,
  pageQuery,
  pageSchema,
} from "../server/schemas.js";

const newProductSchema = component(
  "NewProduct",
  z.strictObject({
    productId: idSchema.optional(),
    name: nameSchema,
    unitPrice: moneySchema,
    stock: integer(0, greatestStock),
    category: nameSchema.optional(),
  }),
);

const productChangeSchema = component(
  "ProductChange",
  z
    .strictObject({
      name: nameSchema.optional(),
      unitPrice: moneySchema.optional(),
      restock: integer(1, greatestStock).describe("Added to the stock each time it is sent").optional(),
    })
    .refine((change) => Object.keys(change).length > 0, "must have at least one of name, unitPrice and restock")
    .meta({ minProperties: 1 }),
);

const productSchema = component(
  "Product",
  z.strictObject({
    productId: idSchema,
    name: z.string(),
    unitPrice: countSchema,
    stock: countSchema.describe("Units on hand: not reserved, not sold"),
    category: z.string().nullable(),
  }),
);

const auditSchema = component(
  "ProductAudit",
  z.strictObject({
    initial: countSchema,
    restocked: countSchema,
    onHand: countSchema,
    reserved: countSchema,
    sold: countSchema,
    balanced: z.boolean().describe("initial + restocked = onHand + reserved + sold"),
  }),
);

export const productProblems = {
  "product-not-found": {
    status: 404,
    title: "Product not found",
    meaning: "There is no product with this id.",
    advice: "GET /api/v1/products lists all products.",
    detail: ({ productId }) => `There is no product with the id ${productId}.`,
  },
  "stock-too-large": {
    status: 409,
    title: "Stock would be too large",
    meaning: `A product may have at most ${greatestStock} units, on hand and reserved together.`,
    advice: "Restock fewer units. GET /api/v1/products/{productId}/audit shows where its units are.",
    detail: ({ productId, restock, greatest }) =>
      `With ${restock} more units, product ${productId} would have more than ${greatest} on hand and reserved.`,
  },
} satisfies Partial<ProblemEntries>;

type Needs = {
  readonly addProduct: AddProduct;
  readonly changeProduct: ChangeProduct;
  readonly products: ProductQueries;
  readonly newId: NewId;
};

const productResponse = ({ product, stock }: StockedProduct): z.infer<typeof productSchema> => {
  const { productId, name, unitPrice, category } = product;
  return { productId, name, unitPrice, stock: stock.onHand, category };
};

/** Products: written by admins, read by everyone. */
export const productRoutes = ({ addProduct, changeProduct, products, newId }: Needs): readonly Route[] => {
  const find = async (productId: ProductId): Promise<StockedProduct> => {
    const found = await products.find(productId);
    if (found === undefined) throw new DomainError({ code: "product-not-found", productId });
    return found;
  };
  return [
    route({
      method: "GET",
      path: "/products",
      access: "public",
      summary: "List products",
      query: pageQuery,
      responses: { 200: pageSchema("ProductPage", productSchema) },
      problems: ["engine-unavailable"],
      handle: async ({ query: { cursor = null, limit } }) =>
        pageResponse(await products.list(cursor, limit), productResponse),
    }),
    route({
      method: "POST",
      path: "/products",
      access: "admin",
      summary: "Add a product with its initial stock",
      description: "A repeated request with the same id and body returns 200 and the product's current state.",
      body: newProductSchema,
      example: { productId: "lamp", name: "Desk lamp", unitPrice: 39000, stock: 100, category: "home" },
      responses: { 201: productSchema, 200: productSchema },
      links: ["GET /products/:productId", "PATCH /products/:productId"],
      problems: ["id-taken", "engine-unavailable"],
      async handle({ body: { name, unitPrice, stock, category = null, ...body }, operator }) {
        const productId = (body.productId ?? newId()) as ProductId;
        const { created } = await addProduct.execute({ productId, name, unitPrice, category }, stock, operator);
        const headers = ["Location", `/api/v1/products/${productId}`];
        return { status: created ? 201 : 200, body: productResponse(await find(productId)), headers };
      },
    }),
    route({
      method: "GET",
      path: "/products/:productId",
      access: "public",
      summary: "Read a product",
      responses: { 200: productSchema },
      problems: ["product-not-found", "engine-unavailable"],
      handle: async ({ params }) => ({ status: 200, body: productResponse(await find(params.productId)) }),
    }),
    route({
      method: "PATCH",
      path: "/products/:productId",
      access: "admin",
      summary: "Rename, reprice or restock a product",
      description: "Existing orders keep their prices.",
      body: productChangeSchema,
      example: { restock: 50 },
      responses: { 200: productSchema },
      problems: ["product-not-found", "stock-too-large", "engine-unavailable"],
      async handle({ params: { productId }, body, operator }) {
        // JSON has no `undefined`: a field that is present has a value.
        await changeProduct.execute(productId, body as ProductChange, operator);
        return { status: 200, body: productResponse(await find(productId)) };
      },
    }),
    route({
      method: "GET",
      path: "/products/:productId/audit",
      access: "admin",
      summary: "Read where every unit of a product is",
      responses: { 200: auditSchema },
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
