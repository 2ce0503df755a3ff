import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import express from "express";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { createPool } from "mysql2/promise";
import { serve } from "./serve.js";

/** A claim in stock Express: one insert and one send per request. */
const pool = createPool({ uri: process.env.DATABASE_URL ?? "", connectionLimit: 10 });
const kafka = new Kafka({ brokers: [process.env.KAFKA_BROKERS ?? ""], logLevel: logLevel.NOTHING });
const topic = `${process.env.TOPIC_PREFIX}slow`;
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
await admin.disconnect();
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
let position = 0;

const app = express();
app.use(express.json());
app.post("/api/v1/coupons/:couponId/claims", async (request, response) => {
  const { couponId } = request.params;
  const shopper = request.headers["x-user-id"] as string;
  const claim = { taskId: randomUUID(), couponId, status: "pending", position: ++position };
  await pool.execute(
    `INSERT INTO coupon_claims (task_id, coupon_id, user_id, position, status, live, created_at)
     VALUES (?, ?, ?, ?, 'pending', 1, ?)`,
    [claim.taskId, couponId, shopper, claim.position, Date.now()],
  );
  await producer.send({ topic, acks: -1, messages: [{ key: couponId, value: JSON.stringify(claim) }] });
  response.status(202).json(claim);
});
serve(createServer(app));
