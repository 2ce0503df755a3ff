import { uuidv7 } from "uuidv7";
import type { NewId } from "../../application/ports/new-id.js";

/** Returns a UUID v7 (RFC 9562). Its values ascend, so rows that are inserted together are adjacent in an index. */
export const newUuid: NewId = uuidv7;
