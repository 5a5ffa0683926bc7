import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { BROWSER, BROWSER_NAMES } from './browser-path.js';

/** One browser for the tests of a file; it ends with the process. */
let browser: Promise<Browser> | undefined;

/** Opens a page with cookies and storage of its own in a browser without a window. It is closed at the end of the test. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await newPage(options);
  await page.goto(url);
  return page;
}

/** The same as `openPage`, before it has loaded anything. */
export async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  if (BROWSER === undefined) throw new Error(`None of these browsers is installed: ${BROWSER_NAMES.join(', ')}`);
  browser ??= chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  const context = await (await browser).newContext(options);
  onTestFinished(() => context.close());
  return context.newPage();
}
