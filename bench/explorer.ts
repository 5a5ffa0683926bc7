import { type Browser, chromium, type Page } from 'playwright-core';
import { BROWSER } from '../test/support/browser-path.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import { createFilledDatabase } from './bench-dataset.js';
import { median } from './measure.js';
import { startSubject } from './subjects.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { EXPLORER_LIMITS } from './targets.js';

/** Value of `--only` that selects this benchmark. */
export const EXPLORER = 'explorer';

const MANY = { sessions: 1_000_000, runs: 0, runBytes: 33 };
const LONG = { sessions: 1, runs: 5_000, runBytes: 4_000 };
const ROUNDS = 5;
const PAGES = 40;

/** The explorer in a browser, measured by its performance API: a list of 1,000,000 sessions and a session of 5,000 runs. */
export async function* benchExplorer(postgres: DatabaseServer): AsyncGenerator<LimitResult> {
  if (BROWSER === undefined) {
    console.error('The explorer is not measured: no browser is installed.');
    return;
  }
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  try {
    const many = await createFilledDatabase(postgres, 'explorer_many', MANY);
    yield* withExplorer(many, (url) => benchFirstLoad(browser, url));
    const long = await createFilledDatabase(postgres, 'explorer_long', LONG);
    yield* withExplorer(long, (url) => benchConversation(browser, url));
  } finally {
    await browser.close();
  }
}

/** Runs a benchmark with the URL of the explorer over a database. */
async function* withExplorer(
  dsn: string,
  measure: (url: string) => AsyncGenerator<LimitResult>,
): AsyncGenerator<LimitResult> {
  const service = await startSubject('ours', dsn, { AGNO_EXPLORER: 'true' });
  try {
    yield* measure(`${service.baseUrl}/explorer/`);
  } finally {
    await service.stop();
  }
}

async function* benchFirstLoad(browser: Browser, url: string): AsyncGenerator<LimitResult> {
  const times: number[] = [];
  let kilobytes = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const page = await openPage(browser);
    await page.goto(url);
    // From the start of the navigation.
    const time = await timeOf(page, '#root nav a[href]');
    kilobytes = (await page.evaluate<number>(TRANSFERRED_SCRIPTS)) / 1_000;
    await page.context().close();
    if (round > 0) times.push(time);
  }
  yield {
    what: 'Explorer: JavaScript of the first load',
    ...checkLimit(kilobytes, EXPLORER_LIMITS.scriptsKb, '≤', ' KB'),
  };
  yield {
    what: `Explorer: first load until ${MANY.sessions} sessions are listed`,
    ...checkLimit(median(times), EXPLORER_LIMITS.listMs, '≤', ' ms'),
  };
}

async function* benchConversation(browser: Browser, url: string): AsyncGenerator<LimitResult> {
  const page = await openPage(browser);
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await page.goto(url);
    await page.waitForSelector('nav a[href]');
    const start = await page.evaluate<number>(CLICK_FIRST_SESSION);
    const shown = await timeOf(page, 'main article');
    if (round > 0) times.push(shown - start);
  }
  yield {
    what: `Explorer: click until the last messages of ${LONG.runs} runs are shown`,
    ...checkLimit(median(times), EXPLORER_LIMITS.conversationMs, '≤', ' ms'),
  };
  const longest = await scrollUp(page, PAGES);
  yield {
    what: `Explorer: longest task while ${PAGES} pages of messages are scrolled up`,
    ...checkLimit(longest, EXPLORER_LIMITS.taskMs, '≤', ' ms'),
  };
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  return context.newPage();
}

/** When an element was first painted, in milliseconds since the navigation began. */
async function timeOf(page: Page, selector: string): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const check = () => {
      if (document.querySelector(${JSON.stringify(selector)}) === null) requestAnimationFrame(check);
      else requestAnimationFrame(() => resolve(performance.now()));
    };
    check();
  })`);
}

/** Scrolls to the beginning until pages of older messages have been loaded. Resolves with the longest task in ms; 0: all below 50. */
async function scrollUp(page: Page, pages: number): Promise<number> {
  await page.evaluate(OBSERVE_LONG_TASKS);
  let loaded = 0;
  page.on('response', (response) => {
    if (/\/messages\?.*cursor=[^&]/.test(response.url())) loaded++;
  });
  await page.getByRole('region', { name: 'Conversation' }).focus();
  while (loaded < pages) {
    await page.keyboard.press('Home');
    // Smooth scrolling takes about as long.
    await page.waitForTimeout(300);
  }
  return page.evaluate<number>('Math.max(0, ...longTasks)');
}

const TRANSFERRED_SCRIPTS = `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
  .reduce((sum, { transferSize }) => sum + transferSize, 0)`;

const CLICK_FIRST_SESSION = `(() => {
  const start = performance.now();
  document.querySelector('nav a[href]').click();
  return start;
})()`;

const OBSERVE_LONG_TASKS = `globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ entryTypes: ['longtask'] })`;
