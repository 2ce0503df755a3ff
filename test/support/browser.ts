import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Whether Chromium is installed. With REQUIRE_BACKENDS=1 a missing Chromium is an error. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) {
  if (process.env.REQUIRE_BACKENDS === "1")
    throw new Error(`REQUIRE_BACKENDS=1, but Chromium is not installed at ${executablePath} (see CHROMIUM_PATH)`);
  console.log(`Browser tests skipped: no Chromium at ${executablePath}. Set CHROMIUM_PATH if it is elsewhere.`);
}

/** One browser per test process; it ends with the process. */
let running: Promise<Browser> | undefined;
const browser = (): Promise<Browser> => {
  running ??= chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return running;
};

/** The window sizes of the tests. */
export const sizes = { desktop: { width: 1100, height: 900 }, phone: { width: 360, height: 740 } } as const;

/** A read of the page costs a few milliseconds of CPU time. */
const pollOptions = { interval: 150 };

export type Visitor = {
  readonly size?: keyof typeof sizes;
  readonly scheme?: "light" | "dark";
  /** Disables the content security policy, so that axe can run inside the page. */
  readonly bypassPolicy?: boolean;
  /** Faults that the test causes throughout, for example while the service is unreachable. */
  readonly expected?: RegExp;
};

/** A visitor with the page open. */
export type Visit = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors, policy violations and requests to other hosts. The test fails if any remain at its end. */
  readonly faults: string[];
  /** Removes and returns the faults that the test caused on purpose. */
  takeFaults(pattern: RegExp): readonly string[];
};

// Code that runs in the page is a string, because the compiler only knows the types of Node.
const logViolations = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error("policy violated", violatedDirective, blockedURI))`;
const recordTexts = (selector: string) => `{
  globalThis.recordedTexts = [];
  const target = document.querySelector(${JSON.stringify(selector)});
  new MutationObserver(() => recordedTexts.push(target.textContent)).observe(target, { childList: true });
}`;

/** Opens a page in its own browser context. The test fails if the page has faults that the test did not take. */
export const visit = async (
  url: string,
  { size = "desktop", scheme = "light", bypassPolicy = false, expected = /^$/ }: Visitor = {},
): Promise<Visit> => {
  const context = await (await browser()).newContext({
    viewport: sizes[size],
    hasTouch: size === "phone",
    colorScheme: scheme,
    reducedMotion: "reduce",
    bypassCSP: bypassPolicy,
  });
  const faults: string[] = [];
  const takeFaults = (pattern: RegExp) => {
    const taken = faults.filter((fault) => pattern.test(fault));
    faults.splice(0, faults.length, ...faults.filter((fault) => !pattern.test(fault)));
    return taken;
  };
  const { origin } = new URL(url);
  context.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`request to another host: ${request.url()}`);
  });
  await context.addInitScript({ content: logViolations });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`${message.text()} ${message.location().url}`);
  });
  onTestFinished(async () => {
    await context.close();
    takeFaults(expected);
    expect(faults).toEqual([]);
  });
  await page.goto(url);
  return { page, context, faults, takeFaults };
};

/** Waits until the text of the selected elements matches. A failure shows the last text. */
export const expectText = (page: Page, selector: string, text: RegExp): Promise<unknown> =>
  expect.poll(async () => (await page.locator(selector).allTextContents()).join("\n"), pollOptions).toMatch(text);

/** Waits until the page shows that it is live, or stale. */
export const expectFreshness = (page: Page, freshness: RegExp): Promise<unknown> =>
  expectText(page, "#freshness", freshness);

/** Records all texts of an element from now on, including those that are replaced quickly. */
export const recordElementTexts = async (page: Page, selector: string): Promise<() => Promise<readonly string[]>> => {
  await page.evaluate(recordTexts(selector));
  return () => page.evaluate("globalThis.recordedTexts");
};
