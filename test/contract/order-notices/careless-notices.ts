import type { OrderNotices } from "../../../src/application/ports/order-notices.js";
import type { OrderId } from "../../../src/domain/ids.js";

type Hear = () => void;
type Followers = Map<OrderId, Hear[]>;

const guarded = (hear: Hear): void => {
  try {
    hear();
  } catch {
    // A follower's own.
  }
};

const without = (hear: Hear, all: Followers, orderId: OrderId): void => {
  all.set(orderId, all.get(orderId)?.filter((each) => each !== hear) ?? []);
};

/** Right notices within a process, but for what is said. */
const notices = ({ leave = without, tell = guarded }): OrderNotices => {
  const all: Followers = new Map();
  return {
    announce: (orderIds) => {
      for (const orderId of orderIds) for (const hear of all.get(orderId) ?? []) tell(hear);
    },
    subscribe: (orderId, hear) => {
      const follower = () => hear();
      all.set(orderId, [...(all.get(orderId) ?? []), follower]);
      return () => leave(follower, all, orderId);
    },
  };
};

/** The twins' common ground, which the suite must accept. */
export const carefulNotices = (): OrderNotices => notices({});

/** Known-wrong twins: the suite must reject each. */
export const carelessNotices = {
  "tells everybody everything": (): OrderNotices => {
    const right = carefulNotices();
    const everything = "everything" as OrderId;
    return {
      announce: (orderIds) => right.announce(orderIds.map(() => everything)),
      subscribe: (_, hear) => right.subscribe(everything, hear),
    };
  },
  "tells each order once": (): OrderNotices => {
    const right = carefulNotices();
    const told = new Set<OrderId>();
    const isNew = (orderId: OrderId) => !told.has(orderId) && told.add(orderId);
    return {
      announce: (orderIds) => right.announce(orderIds.filter(isNew)),
      subscribe: (orderId, hear) => right.subscribe(orderId, hear),
    };
  },
  "sends the first 500": (): OrderNotices => {
    const right = carefulNotices();
    return {
      announce: (orderIds) => right.announce(orderIds.slice(0, 500)),
      subscribe: (orderId, hear) => right.subscribe(orderId, hear),
    };
  },
  "tells who comes while it tells": (): OrderNotices => {
    const all = new Map<OrderId, Set<Hear>>();
    return {
      announce: (orderIds) => {
        // No copy: the set grows while it is walked.
        for (const orderId of orderIds) for (const hear of all.get(orderId) ?? []) guarded(hear);
      },
      subscribe: (orderId, hear) => {
        all.set(orderId, (all.get(orderId) ?? new Set()).add(hear));
        return () => all.get(orderId)?.delete(hear);
      },
    };
  },
  "knows followers by their functions": (): OrderNotices => {
    const all = new Map<OrderId, Set<Hear>>();
    return {
      announce: (orderIds) => {
        for (const orderId of orderIds) for (const hear of [...(all.get(orderId) ?? [])]) guarded(hear);
      },
      subscribe: (orderId, hear) => {
        all.set(orderId, (all.get(orderId) ?? new Set()).add(hear));
        return () => all.get(orderId)?.delete(hear);
      },
    };
  },
  "forgets all who follow an order when one leaves": (): OrderNotices =>
    notices({ leave: (_, all, orderId) => all.delete(orderId) }),
  "forgets the latest when one leaves": (): OrderNotices =>
    notices({ leave: (_, all, orderId) => all.set(orderId, all.get(orderId)?.slice(0, -1) ?? []) }),
  "tells who has left": (): OrderNotices => notices({ leave: () => {} }),
  "lets followers' faults out": (): OrderNotices => notices({ tell: (hear) => hear() }),
  "is deaf": (): OrderNotices => ({ announce: () => {}, subscribe: () => () => {} }),
} as const;

export type CarelessNotices = keyof typeof carelessNotices;
