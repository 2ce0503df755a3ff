import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DCLinter } from "dclint";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "./source-files.js";

type Service = {
  readonly image?: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly restart?: string;
  readonly profiles?: readonly string[];
  readonly deploy?: { readonly replicas?: number };
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
};

const file = join(root, "docker-compose.yml");
const { services, volumes } = parse(readFileSync(file, "utf8"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const all = Object.entries(services);

describe("docker-compose.yml", () => {
  it("passes dclint", () => {
    // The formatter uses double quotes everywhere.
    const rules = { "require-quotes-in-ports": [1, { quoteType: "double" }] };
    const results = new DCLinter({ rules, quiet: false, debug: false, exclude: [] }).lintFiles([file], false);
    expect(results.map(({ messages }: { readonly messages: readonly unknown[] }) => messages)).toEqual([[]]);
  });

  it("binds ports to this machine only", () => {
    expect(all.flatMap(([, { ports }]) => ports ?? []).filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });

  it("pins a version of every image", () => {
    const images = all.flatMap(([, { image }]) => image ?? []);
    expect(images.filter((image) => !/:\d+[.]\d+/.test(image))).toEqual([]);
  });

  it("has a health check for every long-running service", () => {
    const unchecked = all.filter(([, { healthcheck, restart }]) => restart !== "no" && !healthcheck?.test);
    expect(unchecked.map(([name]) => name)).toEqual([]);
  });

  it("waits until a dependency is healthy, or has exited if it is a one-off job", () => {
    for (const [, { depends_on }] of all)
      for (const [needed, { condition }] of Object.entries(depends_on ?? {}))
        expect(condition).toBe(
          services[needed]?.restart === "no" ? "service_completed_successfully" : "service_healthy",
        );
  });

  it("stores data in named volumes", () => {
    const used = all.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(":")[0]);
    expect(used.toSorted()).toEqual(Object.keys(volumes).toSorted());
  });

  it.each(["app", "api", "worker", "scheduler"])(
    "requires AUTH_SECRET for %s, which listens on all addresses",
    (name) => {
      expect(services[name]?.environment?.HOST).toBe("0.0.0.0");
      expect(services[name]?.environment?.AUTH_SECRET).toMatch(/^\$\{AUTH_SECRET:\?/);
    },
  );

  it("has a profile with two processes of each role", () => {
    const split = all.filter(([, { profiles }]) => profiles?.includes("split"));
    expect(split.map(([name, { environment }]) => [name, environment?.ROLES])).toEqual([
      ["api", "api"],
      ["scheduler", "scheduler"],
      ["worker", "worker"],
    ]);
    for (const [, { deploy }] of split) expect(deploy?.replicas).toBe(2);
    expect(services.app?.environment?.ROLES).toBeUndefined();
  });
});

describe("Dockerfile", () => {
  const lines = readFileSync(join(root, "Dockerfile"), "utf8").replaceAll("\\\n", " ").split("\n");
  const instructions = (instruction: string) => lines.filter((line) => line.startsWith(`${instruction} `));

  it("pins a version of every image", () => {
    expect(instructions("FROM").filter((line) => !/:\d+-/.test(line))).toEqual([]);
  });

  it("runs as an unprivileged user and has a health check", () => {
    expect(instructions("USER")).toEqual(["USER node"]);
    expect(instructions("HEALTHCHECK")).toHaveLength(1);
  });

  it("starts programs without a shell, because a shell does not forward signals", () => {
    for (const line of [...instructions("CMD"), ...instructions("ENTRYPOINT"), ...instructions("HEALTHCHECK")])
      expect(JSON.parse(line.slice(line.indexOf("[")))).toBeInstanceOf(Array);
  });
});
