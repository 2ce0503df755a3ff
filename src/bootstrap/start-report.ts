import type { Logger } from "pino";
import type { Config } from "./config.js";

/** What a node reports when it accepts requests. */
export type NodeStart = {
  readonly address: string;
  /** Which backend serves what. */
  readonly profile: Readonly<Record<"database" | "stores" | "events", string>>;
  readonly auth: "open" | "secret" | "jwks";
  readonly roles: string;
};

type Terminal = { readonly isTTY?: boolean; write(text: string): unknown };

const names: Readonly<Record<string, string>> = {
  sqlite: "SQLite",
  mysql: "MySQL",
  memory: "memory of this process",
  redis: "Redis",
  journal: "journal in the database",
  kafka: "Kafka",
};

const authLines: Readonly<Record<NodeStart["auth"], string>> = {
  open: "open: no tokens, X-User-Id names the shopper, every caller may use admin routes",
  secret: "tokens signed with AUTH_SECRET",
  jwks: "tokens signed with the keys of AUTH_JWKS_URL",
};

const linesOf = ({ address, profile, auth, roles }: NodeStart): string => {
  const pages = roles.split(",").includes("api")
    ? [
        ["live page", `${address}/`],
        ["API docs", `${address}/docs`],
      ]
    : [];
  const rows = [
    ["address", address],
    ...pages,
    [
      "profile",
      Object.entries(profile)
        .map(([part, backend]) => `${part}: ${names[backend]}`)
        .join(", "),
    ],
    ["auth", authLines[auth]],
    ["roles", roles],
  ];
  return ["", "Rushboard is ready.", ...rows.map(([name = "", value]) => `  ${name.padEnd(10)} ${value}`), "", ""].join(
    "\n",
  );
};

/**
 * Reports the start: as readable lines on a terminal, otherwise as a line of the log. Every level but `silent` shows it,
 * because with `PORT=0` nothing else names the port.
 */
export const reportStart = (start: NodeStart, level: Config["LOG_LEVEL"], log: Logger, terminal: Terminal): void => {
  if (level === "silent") return;
  if (terminal.isTTY) terminal.write(linesOf(start));
  else log.child({}, { level: "info" }).info(start, "listening");
};
