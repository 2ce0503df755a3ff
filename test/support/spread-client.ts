import { Client, type Reply } from "../../bench/rehearsal/client.js";
import type { Node } from "./node.js";

/** Shoppers whose requests go to several nodes in turn, as behind a balancer. */
export class SpreadClient extends Client {
  private readonly nodes: readonly Node[];
  private turn = 0;

  constructor(first: Node, ...others: readonly Node[]) {
    super(first.url, undefined);
    this.nodes = [first, ...others];
  }

  override call(...ask: Parameters<Client["call"]>): Promise<Reply> {
    const node = this.nodes[this.turn++ % this.nodes.length];
    return node === undefined ? super.call(...ask) : node.client.call(...ask);
  }
}
