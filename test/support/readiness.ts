type Readiness = {
  readonly status: "ready" | "degraded" | "unavailable";
  readonly checks: Readonly<Record<string, string>>;
};

/** Returns the response of a node's `/readyz`. */
export const readinessAt = async (url: URL): Promise<{ readonly status: number; readonly body: Readiness }> => {
  const response = await fetch(new URL("/readyz", url), { signal: AbortSignal.timeout(60_000) });
  return { status: response.status, body: (await response.json()) as Readiness };
};
