import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, type Measurement, speed } from "../measurement.js";
import type { WebhooksJob } from "../programs/webhooks.js";
import { alternate } from "../rounds.js";

const warmup = 2000;
const count = 10_000;

/** Deliveries of one worker to one target in this process, which responds immediately: claim, sign, send and record. */
export const webhooks: Measurement = async (backends) => {
  const { DATABASE_URL: url } = await backends.settings("webhooks");
  const received = new Set<string>();
  let requests = 0;
  const target = createServer((request, response) => {
    requests += 1;
    received.add(String(request.headers["webhook-id"]));
    request.resume().on("end", () => response.writeHead(204).end());
  });
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  let runs = 0;
  const deliver = () => {
    runs += 1;
    const { port } = target.address() as AddressInfo;
    const job: WebhooksJob = { url, run: `run-${runs}`, target: `http://127.0.0.1:${port}/hooks`, warmup, count };
    return runJob<Speed>("webhooks", job);
  };
  const { service } = await alternate({ service: deliver });
  target.closeAllConnections();
  target.close();
  const expected = runs * (warmup + count);
  if (received.size !== expected || requests !== expected)
    throw new Error(`${requests} requests with ${received.size} events arrived, not ${expected}`);
  return [
    { what: "webhooks: deliveries to a local target", value: speed(service), target: "" },
    atLeast("webhooks: rate of one worker", service.rate, 1000, "/s"),
  ];
};
