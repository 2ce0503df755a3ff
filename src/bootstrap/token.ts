import { parseArgs } from "node:util";
import { userIdPattern } from "../domain/ids.js";
import { ConfigError, settings } from "./config.js";
import { readEnvFile } from "./env-file.js";
import { signToken } from "./sign-token.js";

const usage = "npm run token -- --admin | --service | --shopper mina [--hours 1]";
/** `EX_USAGE` and `EX_CONFIG` of sysexits. */
const exits = { usage: 64, config: 78 };
const maxHours = 8760;

const refuse = (reason: string, code: number): never => {
  process.stderr.write(`token: ${reason}\n`);
  process.exit(code);
};

const readOptions = () => {
  try {
    return parseArgs({
      options: {
        admin: { type: "boolean", default: false },
        service: { type: "boolean", default: false },
        shopper: { type: "string" },
        hours: { type: "string", default: "1" },
      },
    }).values;
  } catch (error) {
    return refuse(`${(error as Error).message}; ${usage}`, exits.usage);
  }
};

const readSecret = (): string => {
  const { success, data } = settings.shape.AUTH_SECRET.safeParse(process.env.AUTH_SECRET || undefined);
  if (success && data !== undefined) return data;
  return refuse("AUTH_SECRET must be set in the environment or in .env, to at least 32 bytes", exits.config);
};

/** Prints a token that a service with the same environment accepts. */
const run = (): void => {
  const { admin, service, shopper, hours } = readOptions();
  if (Number(admin) + Number(service) + Number(shopper !== undefined) !== 1)
    refuse(`exactly one of --admin, --service and --shopper is required: ${usage}`, exits.usage);
  if (shopper !== undefined && !userIdPattern.test(shopper))
    refuse("--shopper must be 1 to 128 visible ASCII characters", exits.usage);
  if (!/^\d+$/.test(hours) || Number(hours) < 1 || Number(hours) > maxHours)
    refuse(`--hours must be a whole number from 1 to ${maxHours}`, exits.usage);
  readEnvFile();
  const { AUTH_ISSUER, AUTH_AUDIENCE } = process.env;
  const claims = {
    sub: shopper ?? (admin ? "operator" : "shop"),
    ...(shopper === undefined && { roles: [admin ? "admin" : "service"] }),
    ...(AUTH_ISSUER && { iss: AUTH_ISSUER }),
    ...(AUTH_AUDIENCE && { aud: AUTH_AUDIENCE }),
    exp: Math.floor(Date.now() / 1000) + Number(hours) * 3600,
  };
  process.stdout.write(`${signToken(readSecret(), claims)}\n`);
};

try {
  run();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  refuse(error.faults.join("; "), exits.config);
}
