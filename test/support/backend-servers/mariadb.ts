import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import type { Certificate } from "./certificate.js";
import { findProgram, makeFolder, run } from "./child-process.js";
import { freePort } from "./free-port.js";
import { ServerProcess } from "./server-process.js";

/** One MariaDB with an empty database `rushboard`. */
export type MariaDbServer = ServerProcess & {
  /**
   * `mysql://USER:PASSWORD@127.0.0.1:PORT/rushboard`, or with a certificate `…@localhost:PORT/…?ssl-mode=VERIFY_IDENTITY`;
   * the user may do anything in any database.
   */
  readonly url: string;
  /** Creates a database of that name, for a suite that wants one to itself, and gives its url. */
  createDatabase(name: string): Promise<string>;
};

const user = "rushboard";
const password = "rushboard";

/**
 * Starts one MariaDB; every commit is on disk before it is confirmed. With a certificate it accepts TLS only.
 * @param extra further options of the server
 */
export async function startMariaDb(secured?: Certificate, extra: readonly string[] = []): Promise<MariaDbServer> {
  const program = findProgram("mariadbd", "mariadb-server");
  const installer = findProgram("mariadb-install-db", "mariadb-server");
  const folder = makeFolder();
  const data = join(folder, "data");
  const initFile = join(folder, "init.sql");
  const port = await freePort();
  const url = `mysql://${user}:${password}@127.0.0.1:${port}/rushboard`;
  // MariaDB runs as root only with this option; another user cannot use the option.
  const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];

  await run([
    installer,
    // A start removes the temporary tables of every other server in the same folder.
    ...[
      "--no-defaults",
      `--datadir=${data}`,
      `--tmpdir=${folder}`,
      "--skip-test-db",
      "--auth-root-authentication-method=normal",
      ...asRoot,
    ],
  ]);
  // Runs at every start before the first connection, so it must be safe to repeat.
  writeFileSync(
    initFile,
    [
      "SET SESSION sql_log_bin = 0;", // each server of a pair has these already
      "CREATE DATABASE IF NOT EXISTS rushboard;",
      `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}';`,
      `GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION;`,
    ].join("\n"),
  );
  const query = async (sql: string): Promise<void> => {
    const ssl = secured && { ssl: { rejectUnauthorized: false } };
    const connection = await createConnection({ uri: url, connectTimeout: 2_000, ...ssl });
    await connection.query(sql).finally(() => connection.destroy());
  };
  const server = await ServerProcess.start({
    name: "MariaDB",
    version: /Ver ([\d.]+)/.exec(await run([program, "--version"]))?.[1] ?? "unknown",
    command: [
      program,
      ...["--no-defaults", `--datadir=${data}`, `--tmpdir=${folder}`, `--init-file=${initFile}`, ...asRoot],
      ...["--skip-networking=0", "--bind-address=127.0.0.1", `--port=${port}`, "--skip-name-resolve"],
      ...[`--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`],
      ...["--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=256M", "--max-connections=300"],
      ...(secured
        ? [`--ssl-cert=${secured.certificate}`, `--ssl-key=${secured.key}`, "--require-secure-transport=ON"]
        : []),
      ...extra,
      "--character-set-server=utf8mb4", // as in MySQL 8 and in Debian's own settings; bare MariaDB 10 takes latin1
    ],
    folder,
    answers: () => query("SELECT 1"),
  });
  return Object.assign(server, {
    url: secured ? `${url.replace("127.0.0.1", "localhost")}?ssl-mode=VERIFY_IDENTITY` : url,
    createDatabase: async (name: string) => {
      await query(`CREATE DATABASE \`${name}\``);
      return url.replace(/[^/]+$/, name);
    },
  });
}
