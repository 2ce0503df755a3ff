import { createServer } from "node:http";
import { serve } from "./serve.js";

/** The minimum cost of a board: bare Node and a prepared text. */
const item = { rank: 1, productId: "product-1", name: "A product", unitPrice: 1000, quantity: 12_345, movement: 0 };
const items = Array.from({ length: 5 }, () => item);
const body = JSON.stringify({ window: "3d", asOf: new Date().toISOString(), items });

serve(
  createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
    response.end(body);
  }),
);
