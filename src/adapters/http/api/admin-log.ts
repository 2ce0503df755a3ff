import { z } from "zod";
import type { AdminLogQueries } from "../../../application/ports/admin-log-queries.js";
import { adminActions } from "../../../domain/admin-log.js";
import { toInstant } from "../../../domain/time.js";
import { pageResponse, type Route, route } from "../server/route.js";
import { component, pageQuery, pageSchema, timeSchema } from "../server/schemas.js";

const entrySchema = component(
  "AdminLogEntry",
  z.strictObject({
    id: z.string(),
    userId: z.string().nullable().describe("Who; null for a caller without a name in open mode, and for a command"),
    action: z.enum(adminActions),
    thing: z.string().describe("The id of what was changed"),
    requestId: z.string().describe("X-Request-Id of the request, or the name of the command"),
    at: timeSchema,
  }),
);

type Needs = { readonly adminLog: AdminLogQueries };

/** For operators: what operators have changed. */
export const adminLogRoutes = ({ adminLog }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/admin/log",
    access: "admin",
    summary: "List what operators have changed",
    description: "Newest first. A request that changes nothing, such as a repeated one, has no entry.",
    query: pageQuery,
    responses: { 200: pageSchema("AdminLogPage", entrySchema) },
    problems: ["engine-unavailable"],
    handle: async ({ query: { cursor = null, limit } }) =>
      pageResponse(await adminLog.list(cursor, limit), (entry): z.infer<typeof entrySchema> => {
        const { id, userId, action, thing, requestId, at } = entry;
        return { id, userId, action, thing, requestId, at: toInstant(at) };
      }),
  }),
];
