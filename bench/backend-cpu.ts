import { readdirSync, readFileSync } from "node:fs";

/** CPU time in microseconds by backend. */
export type BackendCpu = { readonly redis: number; readonly mariadb: number; readonly kafka: number };

const backendOf = (command: string): keyof BackendCpu | undefined => {
  if (command.startsWith("redis")) return "redis";
  if (command.startsWith("maria")) return "mariadb";
  return command.startsWith("java") ? "kafka" : undefined;
};

/** Reads from `/proc` the CPU time that the backends started by this process have used; the kernel counts 10 ms steps. */
export const backendCpu = (): BackendCpu => {
  const processes = new Map<number, { readonly command: string; readonly parent: number; readonly cpu: number }>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const command = /\((.*)\)/.exec(stat)?.[1] ?? "";
      const fields = stat.slice(stat.lastIndexOf(") ") + 2).split(" ");
      const cpu = (Number(fields[11]) + Number(fields[12])) * 10_000;
      processes.set(Number(pid), { command, parent: Number(fields[1]), cpu });
    } catch {
      // The process has ended since the folder was read.
    }
  const isOwn = (pid: number): boolean => {
    for (let at = pid; at > 1; at = processes.get(at)?.parent ?? 0) if (at === process.pid) return true;
    return false;
  };
  const used = { redis: 0, mariadb: 0, kafka: 0 };
  for (const [pid, { command, cpu }] of processes) {
    const backend = backendOf(command);
    if (backend !== undefined && isOwn(pid)) used[backend] += cpu;
  }
  return used;
};
