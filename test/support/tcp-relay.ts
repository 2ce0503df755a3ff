import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Where the relay sends a connection. */
export type RelayTarget = { readonly host: string; readonly port: number };

/** Returns the host and port of a URL. */
export const targetOf = (url: string): RelayTarget => {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
};

/** A TCP relay, as a virtual address that follows the master: it passes each new connection to the current target. */
export class TcpRelay {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private target: RelayTarget;

  private constructor(target: RelayTarget) {
    this.target = target;
    this.server = createServer((client) => this.relay(client));
  }

  static async start(target: RelayTarget): Promise<TcpRelay> {
    const relay = new TcpRelay(target);
    await once(relay.server.listen(0, "127.0.0.1"), "listening");
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Sends new connections to another target. Open connections keep theirs. */
  switchTo(target: RelayTarget): void {
    this.target = target;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }

  private relay(client: Socket): void {
    const server = connect(this.target);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
