import { isLoginRefused, isWrongServer } from "./sql-errors.js";

/** The part of mysql2's connection that is used here. */
export type CheckedConnection = {
  query(sql: string, done: (error: unknown, rows: unknown) => void): void;
  destroy(): void;
};

/** A connection is used for at most this time without a check of its server, ms. */
const checkMs = 1000;
const timeoutMs = 1000;

const checks = new WeakMap<object, MysqlServerCheck>();

/**
 * Closes a connection whose error shows that its server was demoted or is stopping, and checks the others of its pool
 * before their next use.
 */
export const closeIfWrongServer = (connection: CheckedConnection, error: unknown): void => {
  if (!isWrongServer(error)) return;
  connection.destroy();
  checks.get(connection)?.failed(error);
};

/** Returns whether the server accepts no writes. MySQL and MariaDB return a number, or from MariaDB 12 on a word. */
const isReadOnly = (connection: CheckedConnection): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no response within ${timeoutMs} ms`)), timeoutMs);
    connection.query("SELECT @@global.read_only AS own, @@global.innodb_read_only AS files", (error, rows) => {
      clearTimeout(timer);
      if (error) return reject(error);
      const [values = {}] = rows as readonly Readonly<Record<string, unknown>>[];
      resolve(Object.values(values).some((value) => value !== 0 && value !== "OFF"));
    });
  });

/**
 * Keeps the connections of one pool on the server to which new connections lead. An old connection may lead to a server
 * that was demoted to a replica, whose data are old. So a connection that finds its server read-only is closed; the new
 * one is used, whatever its server is, because there is no better one, and is checked again after a second.
 */
export class MysqlServerCheck {
  private readonly checkedAt = new WeakMap<object, number>();
  private readonly openedAt = new WeakMap<object, number>();
  private suspectedAt = Number.NEGATIVE_INFINITY;
  private loginRefusedAt = Number.NEGATIVE_INFINITY;

  opened(connection: CheckedConnection): void {
    const now = performance.now();
    this.openedAt.set(connection, now);
    this.checkedAt.set(connection, now);
    checks.set(connection, this);
  }

  /** A new connection was not opened. Connections of a login that is no longer valid are closed. */
  notOpened(error: unknown): void {
    if (isLoginRefused(error)) this.loginRefusedAt = performance.now();
  }

  /** Checks every connection before its next use if the error shows a server that was demoted or is stopping. */
  failed(error: unknown): void {
    if (isWrongServer(error)) this.suspectedAt = performance.now();
  }

  /** Returns whether a pooled connection may be used; otherwise the pool closes it and opens another one. */
  async mayBeUsed(connection: CheckedConnection): Promise<boolean> {
    const now = performance.now();
    if ((this.openedAt.get(connection) ?? now) <= this.loginRefusedAt) return false;
    const checkedAt = this.checkedAt.get(connection) ?? Number.NEGATIVE_INFINITY;
    if (checkedAt > this.suspectedAt && now - checkedAt < checkMs) return true;
    const isWrong = await isReadOnly(connection).catch(() => true);
    if (isWrong) this.suspectedAt = performance.now();
    this.checkedAt.set(connection, now);
    return !isWrong;
  }
}
