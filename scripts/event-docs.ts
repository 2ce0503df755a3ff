/*
 * Writes docs/asyncapi.yaml and the marked parts of docs/events.md from the event catalog.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { eventsPage, yamlOfEvents } from "./events-page.js";

const page = new URL("../docs/events.md", import.meta.url);
writeFileSync(page, eventsPage(readFileSync(page, "utf8")));
writeFileSync(new URL("../docs/asyncapi.yaml", import.meta.url), yamlOfEvents());
