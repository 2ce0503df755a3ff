import { createServer } from "node:http";
import { Redis } from "ioredis";
import { serve } from "./serve.js";

/** The minimum cost of a rejection: bare Node, with one read of Redis if `REDIS_URL` is set. */
const redis = process.env.REDIS_URL === undefined ? undefined : new Redis(process.env.REDIS_URL);
const body = JSON.stringify({ status: 409, code: "coupon-sold-out" });

serve(
  createServer(async (request, response) => {
    if (redis !== undefined) await redis.hget("bare-refuse", request.headers["x-user-id"] as string);
    response.writeHead(409, { "Content-Type": "application/problem+json", "Content-Length": body.length });
    response.end(body);
  }),
);
