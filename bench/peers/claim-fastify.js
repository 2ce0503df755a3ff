// Claims as transactions with a row lock: Fastify, and `SELECT … FOR UPDATE` on the coupon. The response is the result.
import fastify from "fastify";
import { createPool } from "mysql2/promise";
import { createCoupon, issueCoupon } from "./coupon.js";

const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 10 });
await createCoupon(pool, "fastify", Number(process.env.QUANTITY));
let settled = 0;

const app = fastify();
app.post("/api/v1/coupons/:couponId/claims", async (request, reply) => {
  const result = await issueCoupon(pool, "fastify", request.headers["x-user-id"]);
  settled += 1;
  return reply.code(202).send({ status: result });
});
app.get("/readyz", async () => "");
app.get("/settled", async () => ({ settled }));
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
process.once("SIGTERM", () => process.exit(0));
