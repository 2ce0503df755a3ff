import { describe, expect, it } from "vitest";
import { kafkaUnavailable } from "../../../src/adapters/kafka/kafka-errors.js";
import { unavailableOr } from "../../../src/adapters/redis/redis-errors.js";
import { databaseError, isContention } from "../../../src/adapters/sql/sql-errors.js";
import { unavailableBackend } from "../../../src/domain/problem.js";

type Classify = (error: unknown) => unknown;

const error = (message: string, facts: object = {}) => Object.assign(new Error(message), facts);
/** An error as a MySQL or MariaDB server sends it. */
const ofServer = (errno: number, sqlState: string, message = "refused") => error(message, { errno, sqlState });
const reply = (message: string) => error(message, { name: "ReplyError" });
const broker = (type: string) => error("refused", { name: "KafkaJSProtocolError", type });

/** Errors of each backend that are not about the request. */
const faults: readonly (readonly [name: string, classify: Classify, error: Error, fault: string])[] = [
  ["MySQL: a demoted server", databaseError, ofServer(1290, "HY000"), "read-only"],
  ["MySQL: a read-only server", databaseError, ofServer(1836, "HY000"), "read-only"],
  ["MySQL: a read-only transaction", databaseError, ofServer(1792, "25006"), "read-only"],
  ["MySQL: a stopping server", databaseError, ofServer(1053, "08S01"), "stopping"],
  ["MariaDB: a killed connection", databaseError, ofServer(1927, "70100"), "unreachable"],
  ["MySQL: a rejected login", databaseError, ofServer(1045, "28000"), "login-refused"],
  ["MySQL: a missing privilege", databaseError, ofServer(1142, "42000"), "not-permitted"],
  ["MySQL: too many connections", databaseError, ofServer(1040, ""), "too-many-connections"],
  ["MySQL: a full disk", databaseError, ofServer(1021, "HY000"), "disk-full"],
  ["MySQL: a full table", databaseError, ofServer(1114, "HY000"), "disk-full"],
  ["MySQL: a file that cannot grow", databaseError, ofServer(1026, "HY000", "Error writing (errno: 28)"), "disk-full"],
  ["MySQL: out of memory", databaseError, ofServer(1037, "HY001"), "out-of-memory"],
  ["MySQL: a missing table", databaseError, ofServer(1146, "42S02"), "schema-missing"],
  ["MySQL: an unlisted code", databaseError, ofServer(4999, "HY000"), "unknown"],
  ["MySQL: a lost connection", databaseError, error("lost", { code: "PROTOCOL_CONNECTION_LOST" }), "unreachable"],
  ["MySQL: a certificate", databaseError, error("no", { code: "CERT_HAS_EXPIRED" }), "untrusted"],
  ["the pool: no free connection", databaseError, error("late", { name: "KnexTimeoutError" }), "slow"],
  ["SQLite: a full disk", databaseError, error("full", { code: "SQLITE_FULL" }), "disk-full"],
  ["SQLite: a file that may not be written", databaseError, error("no", { code: "SQLITE_READONLY" }), "read-only"],
  ["SQLite: a damaged file", databaseError, error("no", { code: "SQLITE_CORRUPT" }), "broken-files"],
  ["SQLite: a locked file", databaseError, error("locked", { code: "SQLITE_BUSY" }), "busy"],
  ["SQLite: an unlisted code", databaseError, error("no", { code: "SQLITE_NEW" }), "unknown"],
  ["Redis: a replica", unavailableOr, reply("READONLY You can't write against a read only replica."), "read-only"],
  ["Redis: full", unavailableOr, reply("OOM command not allowed, script: x, on @user_script:3."), "out-of-memory"],
  ["Redis: a narrowed ACL", unavailableOr, reply("NOPERM this user has no permissions"), "not-permitted"],
  [
    "Redis: a narrowed ACL inside a script",
    unavailableOr,
    reply("ERR The user executing the script can't run this command or subcommand script: 60b5, on @user_script:1."),
    "not-permitted",
  ],
  [
    "Redis before 7: a replica inside a script",
    unavailableOr,
    reply("ERR Error running script (call to f_60b5): @user_script:1: -READONLY You can't write against a replica."),
    "read-only",
  ],
  ["Redis: a rejected login", unavailableOr, reply("WRONGPASS invalid username-password pair"), "login-refused"],
  ["Redis: too many clients", unavailableOr, reply("ERR max number of clients reached"), "too-many-connections"],
  ["Redis: an unlisted reply", unavailableOr, reply("NEWCODE something"), "unknown"],
  ["Redis: refused", unavailableOr, error("connect", { code: "ECONNREFUSED", syscall: "connect" }), "unreachable"],
  [
    "Kafka: a rejected login",
    kafkaUnavailable,
    error("no", { name: "KafkaJSSASLAuthenticationError" }),
    "login-refused",
  ],
  ["Kafka: a narrowed ACL", kafkaUnavailable, broker("TOPIC_AUTHORIZATION_FAILED"), "not-permitted"],
  ["Kafka: a deleted topic", kafkaUnavailable, broker("UNKNOWN_TOPIC_OR_PARTITION"), "schema-missing"],
  ["Kafka: an unlisted code", kafkaUnavailable, broker("NEW_CODE"), "unknown"],
];

/** Errors about a statement, a command or their values. */
const defects: readonly (readonly [name: string, classify: Classify, error: Error])[] = [
  ["MySQL: a syntax error", databaseError, ofServer(1064, "42000")],
  ["MySQL: a duplicate key whose text names a full disk", databaseError, ofServer(1062, "23000", "No space left")],
  ["MySQL: a value that is too long", databaseError, ofServer(1406, "22001")],
  ["SQLite: a syntax error", databaseError, error("near", { code: "SQLITE_ERROR" })],
  ["SQLite: a violated constraint", databaseError, error("unique", { code: "SQLITE_CONSTRAINT_UNIQUE" })],
  ["Redis: a wrong number of arguments", unavailableOr, reply("ERR wrong number of arguments for 'get' command")],
  ["Redis: a key of another type", unavailableOr, reply("WRONGTYPE Operation against a key")],
  ["the program, in the database adapter", databaseError, new TypeError("x is not a function")],
  ["the program, in the Redis adapter", unavailableOr, error("bad", { code: "ERR_INVALID_ARG_TYPE" })],
];

const expectFault = (classify: Classify, given: Error, fault: string) =>
  expect(unavailableBackend(classify(given))?.fault).toBe(fault);

describe("the classification of a backend's errors", () => {
  // Proves: A4
  it.each(faults)("returns the fault of %s", (_, classify, given, fault) => expectFault(classify, given, fault));

  it.each(defects)("returns the same error for a defect: %s", (_, classify, given) => {
    expect(classify(given)).toBe(given);
  });

  it("repeats a transaction after a deadlock, a lock wait and a locked file only", () => {
    const repeated = [ofServer(1213, "40001"), ofServer(1205, "HY000"), error("locked", { code: "SQLITE_BUSY" })];
    expect(repeated.map(isContention)).toEqual([true, true, true]);
    expect(faults.filter(([, , given]) => isContention(given)).map(([name]) => name)).toEqual([
      "SQLite: a locked file",
    ]);
  });

  it("removes the statement from an error of the MySQL driver, because it contains shoppers' data", () => {
    const given = Object.assign(ofServer(1290, "HY000"), { sql: "INSERT INTO orders …" });
    databaseError(given);
    expect(given).not.toHaveProperty("sql");
  });

  // Negative control: A4
  it("is found wrong if only listed codes count as unavailable", () => {
    const listedOnly: Classify = (given) => {
      const classified = databaseError(given);
      return unavailableBackend(classified)?.fault === "unknown" ? given : classified;
    };
    expect(() => expectFault(listedOnly, ofServer(4999, "HY000"), "unknown")).toThrow();
  });
});
