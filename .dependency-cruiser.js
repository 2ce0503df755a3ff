/** What a room's files may import; whatever no row allows is an error (`not-in-allowed`). */
const room = (path, ...may) => ({ from: { path: `^src/${path}` }, to: { path: may } });
const adapter = (technology, ...may) => room(`adapters/${technology}/`, domain, application, own(technology), ...may);
const own = (technology) => `^src/adapters/${technology}/`;
const packages = (...names) => `^node_modules/(${names.join("|")})/`;
const domain = "^src/domain/";
const application = "^src/application/";

const typesOnly = (from, to) => ({ from: { path: from }, to: { path: to, dependencyTypes: ["type-only"] } });

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  allowed: [
    room("domain/", domain),
    room("application/(?!ports/)", domain, application),
    room("application/ports/", domain, `${application}ports/`),
    // Which groups there are, and what they react to, is the choreography's to say; a bus's port must speak of both.
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

    room("bootstrap/", "^(src|node_modules)/"),
    { from: { path: "^src/(adapters|bootstrap)/" }, to: { dependencyTypes: ["core"] } },
  ],
  allowedSeverity: "error",
  forbidden: [
    {
      name: "no-cycle",
      comment: "Types may refer to each other; modules that run may not.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-unknown",
      comment: "Every import leads somewhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-package",
      comment: "What runs in production is installed in production.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "^node_modules/" },
    tsConfig: { fileName: "tsconfig.json" },
    // Type imports count as well: a type that crosses a fence is a dependency all the same.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
