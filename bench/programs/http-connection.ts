import { once } from "node:events";
import { connect, type Socket } from "node:net";

export type Clicked = { readonly status: number; readonly body: string };

/** A keep-alive connection with one request at a time; it fails after 30 s of silence. Node's HTTP client would use more CPU than the service. */
export class HttpConnection {
  private readonly socket: Socket;
  private readonly host: string;
  private text = "";
  private read: () => void = () => {};
  private lost: (error: Error) => void = () => {};

  private constructor(socket: Socket, host: string) {
    this.socket = socket;
    this.host = host;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      this.text += chunk;
      this.read();
    });
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on("error", (error) => this.lost(error));
    socket.on("close", () => this.lost(new Error(`closed after ${this.text.slice(0, 500)}`)));
  }

  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new HttpConnection(socket, host);
  }

  send(method: string, path: string, shopper: string): Promise<Clicked> {
    return this.ask(`${method} ${path} HTTP/1.1\r\nHost: ${this.host}\r\nX-User-Id: ${shopper}\r\n`, () => {
      const head = this.text.indexOf("\r\n\r\n");
      if (head === -1) return undefined;
      const length = /content-length: (\d+)/i.exec(this.text)?.[1];
      const end = head + 4 + Number(length ?? 0);
      if (this.text.length < end) return undefined;
      return { status: Number(this.text.slice(9, 12)), body: this.text.slice(head + 4, end) };
    });
  }

  /** Opens a stream and resolves when it has received the text. */
  async until(words: string, path: string): Promise<void> {
    await this.ask(`GET ${path} HTTP/1.1\r\nHost: ${this.host}\r\n`, () => this.text.includes(words) || undefined);
    this.text = "";
    // Later data, such as heartbeats, is discarded.
    this.read = () => {
      this.text = "";
    };
  }

  close(): void {
    this.socket.destroy();
  }

  private ask<T>(head: string, answer: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      this.text = "";
      this.lost = reject;
      this.read = () => {
        const answered = answer();
        if (answered !== undefined) resolve(answered);
      };
      this.socket.write(head.startsWith("POST") ? `${head}Content-Length: 0\r\n\r\n` : `${head}\r\n`);
    });
  }
}
