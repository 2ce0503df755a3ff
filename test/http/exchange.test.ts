import { once } from "node:events";
import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express } from "express";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createExpressServer } from "../../src/adapters/http/server/exchange.js";

/** An app that shows what Express adds to a request. */
const echoApp = (): Express =>
  express().get("/echo/:word", (request, response) => {
    response.status(201).json({ ip: request.ip, word: request.params.word, header: request.get("x-header") });
  });

const sendThree = async (server: Server) => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const responses: unknown[] = [];
  for (let n = 0; n < 3; n++) {
    const response = await fetch(`http://127.0.0.1:${port}/echo/hello`, { headers: { "x-header": "value" } });
    responses.push({ status: response.status, body: await response.json() });
  }
  return responses;
};
const expected = Array(3).fill({ status: 201, body: { ip: "127.0.0.1", word: "hello", header: "value" } });

/** Counts how often a request or response gets another prototype while `work` runs. */
const prototypeChangesDuring = async (work: () => Promise<unknown>): Promise<number> => {
  let changes = 0;
  const setPrototypeOf = Object.setPrototypeOf;
  const spy = vi.spyOn(Object, "setPrototypeOf").mockImplementation((target: object, prototype: object | null) => {
    const isExchange = target instanceof IncomingMessage || target instanceof ServerResponse;
    if (isExchange && Object.getPrototypeOf(target) !== prototype) changes += 1;
    return setPrototypeOf(target, prototype);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return changes;
};

describe("a request to createExpressServer", () => {
  it("has Express's methods without a change of its prototype", async () => {
    const server = createExpressServer(echoApp(), {}, () => {});
    let responses: unknown;
    const changes = await prototypeChangesDuring(async () => {
      responses = await sendThree(server);
    });
    expect(responses).toEqual(expected);
    expect(changes).toBe(0);
  });

  it("changes its prototype on a plain server (negative control)", async () => {
    const server = createServer(echoApp() as never);
    const changes = await prototypeChangesDuring(async () => expect(await sendThree(server)).toEqual(expected));
    expect(changes).toBeGreaterThanOrEqual(6);
  });

  it("has an id and a start time before any route runs", async () => {
    const ids: string[] = [];
    const server = createExpressServer(echoApp(), {}, ({ req }) => {
      ids.push(req.requestId);
      expect(req.startedAt).toBeGreaterThan(0);
    });
    await sendThree(server);
    expect(new Set(ids).size).toBe(3);
  });
});
