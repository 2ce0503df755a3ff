import type { Choreography } from "../../src/application/choreography.js";
import { eventTypes } from "../../src/domain/event.js";

/** Nobody reacts to anything, but for what a test puts over it. */
export const silentChoreography = Object.fromEntries(eventTypes.map((type) => [type, {}])) as Choreography;
