import type { Server } from "node:http";

/** Listens where it is told, and ends when it is told. */
export const serve = (server: Server): void => {
  server.listen(Number(process.env.PORT), "127.0.0.1");
  process.once("SIGTERM", () => process.exit(0));
};
