/** The backends that the service survives losing. */
export type Backend = "database" | "redis" | "kafka";

/** Why a backend cannot do its work for any request. The text completes a sentence about the backend. */
export const backendFaults = {
  unreachable: "cannot be reached",
  slow: "does not respond in time",
  busy: "is blocked by other work",
  stopping: "is starting or stopping",
  "login-refused": "refuses the login of the service",
  untrusted: "has a certificate that is not trusted",
  "not-permitted": "does not permit what the service needs",
  "too-many-connections": "has too many connections",
  "read-only": "is read-only",
  "disk-full": "cannot write because its disk is full",
  "out-of-memory": "is out of memory",
  "broken-files": "cannot read or write its files",
  "schema-missing": "lacks a table or topic of the service",
  unknown: "returned an error that this version does not know",
} as const;

export type BackendFault = keyof typeof backendFaults;
