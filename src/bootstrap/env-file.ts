import { existsSync } from "node:fs";
import { loadEnvFile } from "node:process";
import { ConfigError } from "./config.js";

/**
 * Reads `.env` in the working directory into the environment, if it exists. Existing variables win, also empty ones.
 * @throws ConfigError if it cannot be read
 */
export const readEnvFile = (file = ".env"): void => {
  if (!existsSync(file)) return;
  try {
    loadEnvFile(file);
  } catch (error) {
    throw new ConfigError([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
};
