import { createConnection, escape as literal } from "mysql2/promise";

/** Writes the totals of `products` products that were all sold on the day, each in a different quantity. */
export const addSoldProducts = async (url: string, day: string, products: number): Promise<void> => {
  const connection = await createConnection({ uri: url });
  for (let at = 0; at < products; at += 5000) {
    const ids = Array.from({ length: Math.min(5000, products - at) }, (_, n) => at + n);
    const units = (n: number) => 1 + ((n * 7919) % products);
    const daily = ids.map((n) => [`product-${n}`, day, units(n), 1000 * units(n)]);
    await connection.query(
      `INSERT INTO product_sales_daily (product_id, business_day, quantity, revenue) VALUES ${literal(daily as never)}`,
    );
    const ever = ids.map((n) => [`product-${n}`, units(n)]);
    await connection.query(`INSERT INTO product_sales_total (product_id, quantity) VALUES ${literal(ever as never)}`);
  }
  await connection.end();
};
