import { once } from "node:events";
import { createServer } from "node:net";

const given = new Set<number>();

/**
 * Returns a free port on 127.0.0.1 whose port + 10,000 is free too, because Redis Cluster uses that one for its bus. Both
 * are below the range of outgoing connections: in that range a client that retries while its server is down can get the
 * same port, connect to itself and block the restart of the server.
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
