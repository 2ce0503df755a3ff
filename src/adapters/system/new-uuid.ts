import { uuidv7 } from "uuidv7";
import type { NewId } from "../../application/ports/new-id.js";

/** UUID v7 (RFC 9562): ascending, so that rows made together lie together in an index. */
export const newUuid: NewId = uuidv7;
