import type { Server } from "node:http";

/** Listens on the port in `PORT` and exits on SIGTERM. */
export const serve = (server: Server): void => {
  server.listen(Number(process.env.PORT), "127.0.0.1");
  process.once("SIGTERM", () => process.exit(0));
};
