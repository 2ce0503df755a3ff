import { once } from "node:events";
import { createServer } from "node:net";

const given = new Set<number>();

/**
 * A port on 127.0.0.1 that is free, and so is the one 10,000 above it, which Redis Cluster takes for its bus. Both lie
 * below the range of outgoing connections: there, a client that retries while its engine is down can be given that very
 * port, connect to itself, and keep the engine from coming back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    if (given.has(port) || !(await isFree(port)) || !(await isFree(port + 10_000))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
