import { Client, type Reply } from "../../bench/rehearsal/client.js";
import type { Node } from "./node.js";

/** Sends each request and each stream to the next of several nodes, as a load balancer does. */
export class RoundRobinClient extends Client {
  private readonly nodes: Node[];
  private count = 0;

  constructor(first: Node, ...others: readonly Node[]) {
    super(first.url, undefined);
    this.nodes = [first, ...others];
  }

  override call(...args: Parameters<Client["call"]>): Promise<Reply> {
    return this.nextClient().call(...args);
  }

  override follow(...args: Parameters<Client["follow"]>): ReturnType<Client["follow"]> {
    return this.nextClient().follow(...args);
  }

  /** Sends no more requests to the node. */
  remove(node: Node): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }

  private nextClient(): Client {
    const node = this.nodes[this.count++ % this.nodes.length];
    if (node === undefined) throw new Error("all nodes were removed");
    return node.client;
  }
}
