import { spawnSync } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The commit of the first version, which later versions are compared with. */
const firstVersion = "6af55dc";

const root = fileURLToPath(new URL("..", import.meta.url));

const run = (command: string, args: readonly string[], cwd: string): void => {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
};

/**
 * Builds the first version in a temporary folder, with the packages that are installed here.
 * @throws Error if this is no git checkout that contains its commit
 */
export const buildFirstVersion = async (): Promise<{ readonly folder: string; remove(): Promise<void> }> => {
  const folder = join(await mkdtemp(join(tmpdir(), "rushboard-first-")), "checkout");
  run("git", ["worktree", "add", "--detach", folder, firstVersion], root);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  run("npm", ["run", "--silent", "build"], folder);
  return {
    folder,
    async remove() {
      run("git", ["worktree", "remove", "--force", folder], root);
      await rm(join(folder, ".."), { recursive: true, force: true });
    },
  };
};
