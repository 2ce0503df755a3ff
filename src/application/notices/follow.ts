import type { UserId } from "../../domain/ids.js";
import type { DomainError } from "../../domain/problem.js";
import type { Notices } from "../ports/notices.js";
import { Listeners } from "./listeners.js";

const maxKeysPerRead = 500;

/** The current state under a key, and the one shopper who may follow it. */
export type Followed<Key, State> = { readonly key: Key; readonly userId: UserId; readonly state: State };

/** Where states come from. */
export type Source<Key, State, Notice> = {
  readonly notices: Notices<Key, Notice>;
  /** Reads the states that exist, in any order. */
  readonly read: (keys: readonly Key[]) => Promise<readonly Followed<Key, State>[]>;
  /** Returns the state that a notice carries. If it is missing, a notice causes a read. */
  readonly stateIn?: (notice: Notice) => State;
  readonly notFound: (key: Key) => DomainError;
};

/** Receives a state, and returns whether it is the last one. */
export type OnState<State> = (state: State) => boolean;

/** Follows states: subscribes to notices first, then reads, so that no change is missed. */
export class Follow<Key, State, Notice = Key> {
  private readonly followers = new Listeners<Key, State>((error) => {
    throw error;
  });
  private readonly due = new Set<Key>();
  private readonly source: Source<Key, State, Notice>;

  constructor(source: Source<Key, State, Notice>) {
    this.source = source;
  }

  /**
   * Passes the current state to `onState`, then every later one, until `onState` returns true or the returned function
   * is called. A state may be passed again.
   * @throws DomainError `notFound`, also if another shopper owns the state
   */
  async start(key: Key, userId: UserId, onState: OnState<State>): Promise<() => void> {
    const { notices, read, stateIn, notFound } = this.source;
    // Until the owner is known, states wait here.
    let early: State[] | null = [];
    let stopped = false;
    const pass = (state: State) => {
      if (early !== null) early.push(state);
      else if (!stopped && onState(state)) stop();
    };
    const remove = this.followers.add(key, pass);
    const unsubscribe = notices.subscribe(key, (notice) => (stateIn ? pass(stateIn(notice)) : this.readSoon(key)));
    const stop = () => {
      stopped = true;
      unsubscribe();
      remove();
    };
    try {
      const [found] = await read([key]);
      if (found?.userId !== userId) throw notFound(key);
      const states = [found.state, ...early];
      early = null;
      states.forEach(pass);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  /** Reads every followed state again, because notices may be lost. Call it every few seconds. */
  async reread(): Promise<void> {
    await this.readNow(this.followers.keys());
  }

  /** Reads together what one announcement names. If the read fails, the next `reread` repeats it. */
  private readSoon(key: Key): void {
    this.due.add(key);
    if (this.due.size > 1) return;
    void Promise.resolve().then(() => {
      const keys = [...this.due];
      this.due.clear();
      return this.readNow(keys).catch(() => {});
    });
  }

  private async readNow(keys: readonly Key[]): Promise<void> {
    for (let from = 0; from < keys.length; from += maxKeysPerRead)
      for (const { key, state } of await this.source.read(keys.slice(from, from + maxKeysPerRead)))
        this.followers.notify(key, state);
  }
}
