import { once } from "node:events";
import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express } from "express";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createExpressServer } from "../../src/adapters/http/server/exchange.js";

const appThatTells = (): Express =>
  express().get("/tell/:what", (request, response) => {
    response.status(201).json({ ip: request.ip, what: request.params.what, kind: request.get("x-kind") });
  });

const askEach = async (server: Server, times: number) => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const answers: unknown[] = [];
  for (let time = 0; time < times; time++) {
    const response = await fetch(`http://127.0.0.1:${port}/tell/me`, { headers: { "x-kind": "good" } });
    answers.push({ status: response.status, body: await response.json() });
  }
  return answers;
};

/** How often, while `work` runs, a request or response is given a prototype other than the one it has. */
const changesDuring = async (work: () => Promise<unknown>): Promise<number> => {
  let changes = 0;
  const real = Object.setPrototypeOf;
  const spy = vi.spyOn(Object, "setPrototypeOf").mockImplementation((target: object, prototype: object | null) => {
    const ours = target instanceof IncomingMessage || target instanceof ServerResponse;
    if (ours && Object.getPrototypeOf(target) !== prototype) changes += 1;
    return real(target, prototype);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return changes;
};

const expected = Array(3).fill({ status: 201, body: { ip: "127.0.0.1", what: "me", kind: "good" } });

describe("a request to an Express server of ours", () => {
  it("has Express's methods, and keeps the prototype that it was born with", async () => {
    const server = createExpressServer(appThatTells(), {}, () => {});
    let answers: unknown;
    const changes = await changesDuring(async () => {
      answers = await askEach(server, 3);
    });
    expect(answers).toEqual(expected);
    expect(changes).toBe(0);
  });

  it("changes its prototype on a server of Express's own (control)", async () => {
    const server = createServer(appThatTells() as never);
    const changes = await changesDuring(async () => expect(await askEach(server, 3)).toEqual(expected));
    expect(changes).toBeGreaterThanOrEqual(6);
  });

  it("is known from the beginning by its id and time", async () => {
    const begun: string[] = [];
    const server = createExpressServer(appThatTells(), {}, ({ req }) => {
      begun.push(req.requestId);
      expect(req.startedAt).toBeGreaterThan(0);
    });
    await askEach(server, 3);
    expect(new Set(begun).size).toBe(3);
  });
});
