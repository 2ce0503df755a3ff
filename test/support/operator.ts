import type { Operator } from "../../src/domain/admin-log.js";
import type { UserId } from "../../src/domain/ids.js";

/** The operator of use cases that a test calls without HTTP. */
export const operator: Operator = { userId: "boss" as UserId, requestId: "request-1" };
