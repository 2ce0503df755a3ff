import { expect, it } from "vitest";
import { misspelledSettings } from "../../../src/bootstrap/misspelled-settings.js";

const settingsFor = (...variables: readonly string[]) =>
  misspelledSettings(Object.fromEntries(variables.map((name) => [name, "x"]))).map(({ variable, setting }) => [
    variable,
    setting,
  ]);

it("finds variables at most two characters away from a setting", () => {
  expect(settingsFor("AUTH_SECERT", "DATABSE_URL", "LOGLEVEL", "HOSTS", "PAYMENT_UR", "order_TTL_SECONDS")).toEqual([
    ["AUTH_SECERT", "AUTH_SECRET"],
    ["DATABSE_URL", "DATABASE_URL"],
    ["LOGLEVEL", "LOG_LEVEL"],
    ["HOSTS", "HOST"],
    ["PAYMENT_UR", "PAYMENT_URL"],
  ]);
});

it("ignores settings, other variables and those of every shell", () => {
  expect(
    settingsFor("HOST", "HOME", "PATH", "PWD", "USER", "LANG", "SHELL", "TERM", "NODE_ENV", "AUTH_SECRET_X2"),
  ).toEqual([]);
});
