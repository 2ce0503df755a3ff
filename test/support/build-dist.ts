import { execFileSync } from "node:child_process";

/** Vitest's global set-up: journeys start the service as it is deployed, so it is built before them. */
export default function buildDist(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}
