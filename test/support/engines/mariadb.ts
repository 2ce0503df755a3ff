import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { findProgram, makeFolder, run } from "./child-process.js";
import { Engine } from "./engine.js";
import { freePort } from "./free-port.js";

/** One MariaDB with an empty database `rushboard`. */
export type MariaDbEngine = Engine & {
  /** `mysql://USER:PASSWORD@127.0.0.1:PORT/rushboard`; the user may do anything in any database. */
  readonly url: string;
  /** Creates a database of that name, for a suite that wants one to itself, and gives its url. */
  createDatabase(name: string): Promise<string>;
};

const user = "rushboard";
const password = "rushboard";

/** Starts one MariaDB; every commit is on disk before it is confirmed. */
export async function startMariaDb(): Promise<MariaDbEngine> {
  const server = findProgram("mariadbd", "mariadb-server");
  const installer = findProgram("mariadb-install-db", "mariadb-server");
  const folder = makeFolder();
  const data = join(folder, "data");
  const initFile = join(folder, "init.sql");
  const port = await freePort();
  const url = `mysql://${user}:${password}@127.0.0.1:${port}/rushboard`;
  // It refuses to run as root unless told to, and as anybody else it cannot change its user.
  const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];

  await run([
    installer,
    ...["--no-defaults", `--datadir=${data}`, "--skip-test-db", "--auth-root-authentication-method=normal", ...asRoot],
  ]);
  // Runs at every start before the first connection is let in, so it must bear repeating.
  writeFileSync(
    initFile,
    [
      "CREATE DATABASE IF NOT EXISTS rushboard;",
      `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}';`,
      `GRANT ALL ON *.* TO '${user}'@'%';`,
    ].join("\n"),
  );
  const engine = await Engine.start({
    name: "MariaDB",
    version: /Ver ([\d.]+)/.exec(await run([server, "--version"]))?.[1] ?? "unknown",
    command: [
      server,
      ...["--no-defaults", `--datadir=${data}`, `--init-file=${initFile}`, ...asRoot],
      ...["--skip-networking=0", "--bind-address=127.0.0.1", `--port=${port}`, "--skip-name-resolve"],
      ...[`--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`],
      ...["--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=256M", "--max-connections=300"],
      "--character-set-server=utf8mb4", // as in MySQL 8 and in Debian's own settings; bare MariaDB 10 takes latin1
    ],
    folder,
    answers: () => query(url, "SELECT 1"),
  });
  return Object.assign(engine, {
    url,
    createDatabase: async (name: string) => {
      await query(url, `CREATE DATABASE \`${name}\``);
      return url.replace(/[^/]+$/, name);
    },
  });
}

async function query(url: string, sql: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
  try {
    await connection.query(sql);
  } finally {
    connection.destroy();
  }
}
