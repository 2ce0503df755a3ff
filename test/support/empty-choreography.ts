import type { Choreography } from "../../src/application/choreography.js";
import { eventTypes } from "../../src/domain/event.js";

/** A choreography without any reaction, to which a test adds its own. */
export const emptyChoreography = Object.fromEntries(eventTypes.map((type) => [type, {}])) as Choreography;
