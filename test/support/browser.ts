import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, expect, onTestFinished } from "vitest";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Whether there is a Chromium; a run that has promised every engine does not begin without. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) {
  if (process.env.REQUIRE_ENGINES === "1")
    throw new Error(`REQUIRE_ENGINES=1, but there is no Chromium at ${executablePath} (CHROMIUM_PATH)`);
  console.log(`Browser suite not run: no Chromium at ${executablePath} (CHROMIUM_PATH says where it is).`);
}

let running: Promise<Browser> | undefined;
const browser = (): Promise<Browser> => {
  running ??= chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return running;
};
afterAll(async () => (await running)?.close());

/** The two sizes that pages are looked at in. */
export const sizes = { desktop: { width: 1100, height: 900 }, phone: { width: 360, height: 740 } } as const;

export type Visitor = {
  readonly size?: keyof typeof sizes;
  readonly scheme?: "light" | "dark";
  /** Lets a checker write into the page, which its policy forbids to all others. */
  readonly bypassPolicy?: boolean;
  /** Faults that the test brings about again and again, such as those of a service that is away. */
  readonly expected?: RegExp;
};

/** Somebody who looks at the page. */
export type Visit = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What should not be: errors, violations of the policy, requests to other hosts. None may be left at the end. */
  readonly faults: string[];
  /** Takes away those faults that a test brings about itself, and answers them. */
  forgive(own: RegExp): readonly string[];
};

// What runs in the page is text here: the compiler knows this side's world only.
const tellViolations = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error("policy violated", violatedDirective, blockedURI))`;
const recordTexts = (selector: string) => `{
  globalThis.seen = [];
  const target = document.querySelector(${JSON.stringify(selector)});
  new MutationObserver(() => seen.push(target.textContent)).observe(target, { childList: true });
}`;

/** Opens a page as a visitor of its own; a test in which it had any fault fails. */
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
  const forgive = (own: RegExp) => {
    const forgiven = faults.filter((fault) => own.test(fault));
    faults.splice(0, faults.length, ...faults.filter((fault) => !own.test(fault)));
    return forgiven;
  };
  const { origin } = new URL(url);
  context.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`asked outside: ${request.url()}`);
  });
  await context.addInitScript({ content: tellViolations });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`${message.text()} ${message.location().url}`);
  });
  onTestFinished(async () => {
    await context.close();
    forgive(expected);
    expect(faults).toEqual([]);
  });
  await page.goto(url);
  return { page, context, faults, forgive };
};

/** Waits until what the selector finds has such a text; a page that does not come to it fails with what it had. */
export const reads = (page: Page, selector: string, text: RegExp): Promise<unknown> =>
  expect.poll(async () => (await page.locator(selector).allTextContents()).join("\n")).toMatch(text);

/** Waits until the page says of itself that it is live, or stale. */
export const is = (page: Page, freshness: RegExp): Promise<unknown> => reads(page, "#freshness", freshness);

/** Every text that an element has had from now on, for what is gone before anyone looks. */
export const recorded = async (page: Page, selector: string): Promise<() => Promise<readonly string[]>> => {
  await page.evaluate(recordTexts(selector));
  return () => page.evaluate("globalThis.seen");
};
