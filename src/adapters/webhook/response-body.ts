import type { IncomingMessage } from "node:http";

const maxBytes = 16_384;
const maxMs = 1000;

/**
 * Reads and drops the body of a response. Resolves at its end, when the connection can be reused; a body of more than
 * 16 KiB or 1 s closes the connection.
 */
export const discardBody = (response: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(() => response.destroy(), maxMs);
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) response.destroy();
    });
    response.on("error", () => {});
    response.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
