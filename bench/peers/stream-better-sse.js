// Event streams as better-sse's documentation suggests: Express, one session per request.
import { createSession } from "better-sse";
import express from "express";

const app = express();
let tasks = 0;
app.post("/api/v1/coupons/:couponId/claims", (_, response) => {
  const self = `/api/v1/tasks/${++tasks}`;
  response.status(202).json({ status: "pending", links: { self, events: `${self}/events` } });
});
app.get("/api/v1/tasks/:taskId/events", async (request, response) => {
  const session = await createSession(request, response, { keepAlive: 15_000, retry: 2000 });
  session.push({ taskId: request.params.taskId, status: "pending" }, "pending");
});
app.get("/readyz", (_, response) => response.end());
app.listen(Number(process.env.PORT), "127.0.0.1");
process.once("SIGTERM", () => process.exit(0));
