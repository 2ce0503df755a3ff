import { execFileSync } from "node:child_process";

/** Vitest's global set-up: builds the service, because journeys start the deployed program. */
export default function buildDist(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}
