import { z } from "zod";
import { greatestStock } from "../../../domain/product.js";
import { countSchema, idSchema, moneySchema, name, nameSchema, pageOf } from "../server/api-schemas.js";

export const newProductSchema = name(
  "NewProduct",
  z.strictObject({
    productId: idSchema.optional(),
    name: nameSchema,
    unitPrice: moneySchema,
    stock: z.int().min(0).max(greatestStock),
    category: nameSchema.optional(),
  }),
);

export const productChangeSchema = name(
  "ProductChange",
  z
    .strictObject({
      name: nameSchema.optional(),
      unitPrice: moneySchema.optional(),
      restock: z.int().min(1).max(greatestStock).optional(),
    })
    .refine((change) => Object.keys(change).length > 0, "nothing to change"),
);

export const productSchema = name(
  "Product",
  z.strictObject({
    productId: idSchema,
    name: z.string(),
    unitPrice: countSchema,
    stock: countSchema,
    category: z.string().nullable(),
  }),
);

export const productAuditSchema = name(
  "ProductAudit",
  z.strictObject({
    initial: countSchema,
    restocked: countSchema,
    onHand: countSchema,
    reserved: countSchema,
    sold: countSchema,
    balanced: z.boolean(),
  }),
);

export const productPage = pageOf("ProductPage", productSchema);
