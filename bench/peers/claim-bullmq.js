// Claims as BullMQ's documentation suggests: a request adds a job, a worker issues the coupon, QueueEvents reports the
// result. Redis must have `appendfsync always`, so that an accepted claim survives a crash as it does in Rushboard.
import { Queue, QueueEvents, Worker } from "bullmq";
import express from "express";
import { createPool } from "mysql2/promise";
import { createCoupon, issueCoupon } from "./coupon.js";

const connection = { url: process.env.REDIS_URL, maxRetriesPerRequest: null };
const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 10 });
await createCoupon(pool, "bullmq", Number(process.env.QUANTITY));
const queue = new Queue("claims", { connection });
const results = new QueueEvents("claims", { connection });
await results.waitUntilReady();
new Worker("claims", ({ data }) => issueCoupon(pool, "bullmq", data.userId), { connection, concurrency: 50 });

const app = express();
app.post("/api/v1/coupons/:couponId/claims", async (request, response) => {
  const userId = request.headers["x-user-id"];
  const job = await queue.add("claim", { userId }, { jobId: `claim-${userId}` });
  response.status(202).json({ taskId: job.id, status: "pending" });
});
app.get("/api/v1/tasks/:taskId", async (request, response) => {
  const job = await queue.getJob(request.params.taskId);
  response.json({ result: await job.waitUntilFinished(results) });
});
app.get("/readyz", (_, response) => response.end());
app.get("/settled", async (_, response) => {
  const { completed, failed } = await queue.getJobCounts("completed", "failed");
  response.json({ settled: completed + failed });
});
app.listen(Number(process.env.PORT), "127.0.0.1");
process.once("SIGTERM", () => process.exit(0));
