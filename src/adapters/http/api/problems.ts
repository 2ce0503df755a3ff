import { z } from "zod";
import { name } from "../server/api-schemas.js";
import { escapeHtml, htmlPage } from "../server/html.js";
import { EdgeProblem } from "../server/problem-json.js";
import { type ProblemCode, problemTable } from "../server/problem-table.js";
import { type Route, route } from "../server/route.js";
import { pageHeaders } from "../server/security-headers.js";

const problemPage = (code: string, status: number, title: string, meaning: string, advice: string): string =>
  htmlPage(
    title,
    `<h1>${escapeHtml(title)}</h1><p><code>${code}</code>, status ${status}</p>` +
      `<p>${escapeHtml(meaning)}</p><p>${escapeHtml(advice)}</p>`,
  );

const problemSchema = name(
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

/** What each problem means, for people and programs. */
export const pageRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/problems/:code",
    access: "public",
    summary: "What a problem's code means, and what to do",
    description: "HTML where it is preferred, else JSON.",
    answers: { 200: problemSchema },
    problems: ["not-found"],
    handle(context) {
      const { code } = context.params;
      if (!Object.hasOwn(problemTable, code)) throw new EdgeProblem("not-found");
      const { status, title, meaning, advice } = problemTable[code as ProblemCode];
      if (context.accepts(["application/json", "text/html"]) === "text/html") {
        const text = problemPage(code, status, title, meaning, advice);
        return { status: 200, type: "text/html; charset=utf-8", text, security: pageHeaders };
      }
      return { status: 200, body: { type: `/problems/${code}`, code, status, title, meaning, advice } };
    },
  }),
];
