import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { EdgeCode } from "./edge-problems.js";
import { EdgeProblem, problemAnswer } from "./problem-json.js";
import { requestIdOf } from "./request-id.js";

const codes: Readonly<Record<string, EdgeCode>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-timeout",
};

/** Answers what never became a request (no HTTP, headers too large or too slow) as a problem, and hangs up. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = requestIdOf(undefined);
  const { status, body } = problemAnswer(new EdgeProblem(codes[error.code ?? ""] ?? "invalid-request"), requestId);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${requestId}\r\nConnection: close\r\n\r\n${body}`,
  );
};
