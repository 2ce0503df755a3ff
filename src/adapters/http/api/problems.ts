import { z } from "zod";
import { backendFaults } from "../../../domain/backend-fault.js";
import { EdgeProblem } from "../server/problem-json.js";
import { edgeProblems, type ProblemCode, type ProblemEntries, type ProblemTable } from "../server/problems.js";
import { type Route, route } from "../server/route.js";
import { component } from "../server/schemas.js";
import { pageHeaders } from "../server/security-headers.js";
import { claimProblems } from "./claims.js";
import { concertProblems } from "./concerts.js";
import { couponProblems } from "./coupons.js";
import { deadLetterProblems } from "./dead-letters.js";
import { orderProblems } from "./orders.js";
import { paymentProblems } from "./payments.js";
import { productProblems } from "./products.js";
import { reservationProblems } from "./reservations.js";
import { salesProblems } from "./sales.js";
import { scheduleProblems } from "./schedules.js";
import { statisticsProblems } from "./statistics.js";
import { webhookProblems } from "./webhook-problems.js";

const backendNames = { database: "The database", redis: "Redis", kafka: "Kafka" };

/** Tables whose keys every caller may see, and what a row of them is called. */
const publicRows: Readonly<Record<string, string>> = {
  products: "product",
  coupons: "coupon",
  coupon_epochs: "coupon",
  concerts: "concert",
  schedules: "schedule",
};

const busyRow = ({ resource, key }: { readonly resource: string; readonly key: string | null }): string => {
  const name = publicRows[resource];
  return name === undefined || key === null ? `a row of ${resource}` : `the ${name} ${key}`;
};

/** Problems of more than one resource. */
const sharedProblems = {
  "id-taken": {
    status: 409,
    title: "Id is taken",
    meaning: "Something else was created under this id before.",
    advice: "Choose another id, or leave it out. A repeated request with the same id and body returns 200.",
    detail: ({ id }) => `Something else was created under the id ${id} before.`,
  },
  "impossible-transition": edgeProblems.internal,
  "engine-unavailable": {
    status: 503,
    title: "Backend unavailable",
    meaning:
      "A backend could not do its work, for a reason that is not about the request: it is unreachable, too slow, " +
      "read-only, full, or refuses the service. `cause` names the reason. Accepted requests are not lost.",
    advice: "Send the same request again after Retry-After seconds.",
    retryAfter: 2,
    detail: ({ engine, cause = "unreachable" }) =>
      `${backendNames[engine]} ${backendFaults[cause]}. Accepted requests are not lost.`,
  },
  "resource-busy": {
    status: 503,
    title: "Resource is busy",
    meaning: "Another transaction holds what this request needs to change. Other resources are not affected.",
    advice: "Send the same request again after Retry-After seconds.",
    retryAfter: 1,
    detail: (problem) => `Another transaction holds ${busyRow(problem)}. Accepted requests are not lost.`,
  },
} satisfies Partial<ProblemEntries>;

/** The entry of every problem code: a missing one does not compile. */
export const problemTable: ProblemTable = {
  ...claimProblems,
  ...couponProblems,
  ...productProblems,
  ...orderProblems,
  ...paymentProblems,
  ...concertProblems,
  ...scheduleProblems,
  ...reservationProblems,
  ...salesProblems,
  ...statisticsProblems,
  ...deadLetterProblems,
  ...webhookProblems,
  ...sharedProblems,
  ...edgeProblems,
};

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character);

const problemPage = (code: string, status: number, title: string, meaning: string, advice: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title><style>` +
  `body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}` +
  `code{background:#8882;padding:.1em .3em}</style></head><body><h1>${escapeHtml(title)}</h1>` +
  `<p><code>${code}</code>, status ${status}</p><p>${escapeHtml(meaning)}</p><p>${escapeHtml(advice)}</p></body></html>`;

const problemSchema = component(
  "ProblemMeaning",
  z.strictObject({
    type: z.string(),
    code: z.string(),
    status: z.int(),
    title: z.string(),
    meaning: z.string(),
    advice: z.string(),
  }),
);

/** The meaning of each problem code, for people and programs. */
export const problemRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/problems/:code",
    access: "public",
    summary: "Read what a problem code means and what to do",
    description: "HTML if the header Accept prefers it, otherwise JSON.",
    responses: { 200: problemSchema },
    problems: ["not-found"],
    handle(context) {
      const { code } = context.params;
      if (!Object.hasOwn(problemTable, code))
        throw new EdgeProblem("not-found", { detail: "There is no problem with this code." });
      const { status, title, meaning, advice } = problemTable[code as ProblemCode];
      const headers = ["Vary", "Accept"];
      if (context.accepts(["application/json", "text/html"]) === "text/html") {
        const text = problemPage(code, status, title, meaning, advice);
        return { status: 200, type: "text/html; charset=utf-8", text, headers, security: pageHeaders };
      }
      return { status: 200, body: { type: `/problems/${code}`, code, status, title, meaning, advice }, headers };
    },
  }),
];
