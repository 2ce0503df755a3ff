import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Request, Response, Router } from "express";
import { entityTag } from "../server/entity-tag.js";
import type { EdgeResponse } from "../server/exchange.js";
import type { ResponseWriter } from "../server/response-writer.js";
import { pageHeaders } from "../server/security-headers.js";

/** The files of Swagger UI's package that the page uses; no other file of it is served. */
const files = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rushboard API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
<script src="/docs/start.js"></script>
<script src="/docs/swagger-ui-bundle.js" defer></script>
</head>
<body><main id="swagger-ui"></main></body>
</html>
`;

// Without the validator badge, which would send the document's address to another host.
const start = `const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
followScheme();
dark.addEventListener("change", followScheme);
addEventListener("DOMContentLoaded", () =>
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    validatorUrl: null,
  }),
);
`;

/** Registers the OpenAPI document and a page that shows it. All files come from `node_modules`, so it works offline. */
export const registerDocs = (router: Router, writer: ResponseWriter, document: object): void => {
  const root = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const text = (type: string, body: string) => {
    const options = { etag: entityTag(body), security: pageHeaders };
    return (_request: Request, response: Response) =>
      writer.revalidated(response as unknown as EdgeResponse, type, body, options);
  };
  router.get("/openapi.json", text("application/json; charset=utf-8", JSON.stringify(document)));
  router.get("/docs", text("text/html; charset=utf-8", page));
  router.get("/docs/start.js", text("text/javascript; charset=utf-8", start));
  for (const file of files)
    router.get(`/docs/${file}`, (_request, response) => {
      const edge = response as unknown as EdgeResponse;
      const headers = writer.head(edge, pageHeaders);
      for (let index = 0; index < headers.length; index += 2)
        response.setHeader(headers[index] as string, headers[index + 1] as string);
      response.sendFile(file, { root, maxAge: "1d" }, (error) => {
        if (error === undefined || edge.headersSent) writer.finished(edge, edge.statusCode);
        else writer.problem(edge, error);
      });
    });
};
