/** One row of the allow-list: what the files of a folder may import. Any other import is an error (`not-in-allowed`). */
const folder = (path, ...may) => ({ from: { path: `^src/${path}` }, to: { path: may } });
const own = (technology) => `^src/adapters/${technology}/`;
const packages = (...names) => `^node_modules/(${names.join("|")})/`;
const domain = "^src/domain/";
const application = "^src/application/";
const adapter = (technology, ...may) => folder(`adapters/${technology}/`, domain, application, own(technology), ...may);

const typesOnly = (from, to) => ({ from: { path: from }, to: { path: to, dependencyTypes: ["type-only"] } });

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  allowed: [
    folder("domain/", domain),
    folder("application/(?!ports/)", domain, application),
    folder("application/ports/", domain, `${application}ports/`),
    // The choreography defines the consumer groups and their reactions, which the port of a bus must name.
    typesOnly("^src/application/ports/", `${application}choreography[.]ts$`),

    adapter("memory"),
    adapter("system", packages("uuidv7")),
    adapter("cron", packages("node-cron")),
    adapter("provider"),
    adapter("webhook"),
    adapter("kafka", packages("kafkajs")),
    adapter("redis", packages("ioredis")),
    adapter("sql", packages("knex", "libsql", "mysql2", "lru-cache")),
    adapter("http", packages("express", "helmet", "jose", "zod", "prom-client", "swagger-ui-dist", "lru-cache")),
    typesOnly(own("http"), packages("pino")),

    folder("bootstrap/", "^(src|node_modules)/"),
    { from: { path: "^src/(adapters|bootstrap)/" }, to: { dependencyTypes: ["core"] } },
  ],
  allowedSeverity: "error",
  forbidden: [
    {
      name: "no-cycle",
      comment: "No file imports itself through other files, not even for a type.",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "no-unknown",
      comment: "Every import can be resolved.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-package",
      comment: "Code that runs in production imports no package that is installed for development only.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "^node_modules/" },
    // In a git worktree node_modules may be a link.
    preserveSymlinks: true,
    tsConfig: { fileName: "tsconfig.json" },
    // Type imports are dependencies too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
