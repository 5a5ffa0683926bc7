import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExplorer, type ServedExplorer, serveExplorer } from './support/explorer-page.js';
import { OUTCOMES_SESSION, TEAM_SESSION, TOOLS_SESSION } from './support/sample-sessions.js';
import { manyRuns } from './support/stored-runs.js';

const KEY = 'key-of-the-operator';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer({ OS_SECURITY_KEY: KEY });
  for (const session of [TEAM_SESSION, OUTCOMES_SESSION]) await explorer.store(session);
  await explorer.store({
    ...TOOLS_SESSION,
    metadata: { plan: 'pro' },
    session_state: { step: 3 },
    summary: { summary: 'Ada counts orders.', topics: ['orders'], updated_at: '2026-01-02T00:00:00Z' },
  });
  await explorer.store({ session_id: 'many', session_name: 'Many', runs: manyRuns('r', 250) });
  // The client cannot send these digits: JavaScript has no such numbers.
  await explorer.database.sql(`UPDATE ai.agno_sessions SET metadata =
    '{"price": 1.0, "id": 9007199254740993}' WHERE session_id = 'outcomes'`);
});
afterAll(() => explorer.service.stop());

/** Opens a view as a user who has the security key, and may use the clipboard. */
async function open(query: string): Promise<Page> {
  const options = { permissions: ['clipboard-read', 'clipboard-write'] };
  const page = await openExplorer(explorer, query, options);
  await page.getByLabel('Key or token').fill(KEY);
  await page.getByLabel('Keep it until this tab is closed').check();
  await page.keyboard.press('Enter');
  return page;
}

const details = (page: Page) => page.getByRole('complementary', { name: 'Details' });
const runs = (page: Page) => details(page).getByRole('tabpanel', { name: 'Runs' });
const selectedRun = (page: Page) => details(page).getByRole('region', { name: 'Selected run' });
const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');

/** The value beside a name in a list of values. */
const fact = (page: Page, name: string) =>
  details(page)
    .locator('dl > div')
    .filter({ hasText: new RegExp(`^${name}`) })
    .locator('dd');

describe('the details', () => {
  it('are opened and closed by a button and by keys, and stay open after a reload', async () => {
    const page = await open('?session=tools');
    await page.getByRole('heading', { name: 'Orders by region' }).waitFor();
    await page.getByRole('button', { name: 'Details (d)', exact: true }).click();
    await runs(page).getByText('1 run, newest first').waitFor();
    await page.keyboard.press('d');
    await details(page).waitFor({ state: 'detached' });
    await page.keyboard.press('d');
    await details(page).waitFor();
    await page.reload();
    await details(page).waitFor();
    await page.keyboard.press('Escape');
    await details(page).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?session=tools');
  });

  it('keep their width, changed by keyboard, and the chosen theme', async () => {
    const page = await open('?session=tools&pane=runs');
    const splitter = page.getByRole('separator', { name: 'Width of the details' });
    await splitter.focus();
    for (let count = 0; count < 3; count++) await page.keyboard.press('ArrowLeft');
    const width = async () => Math.round((await details(page).boundingBox())?.width ?? 0);
    await expect.poll(width).toBe(420 + 3 * 16);
    expect(await splitter.getAttribute('aria-valuenow')).toBe('468');
    await page.getByRole('button', { name: 'Theme: as the system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await expect.poll(width).toBe(468);
  });
});

describe('the tab of runs', () => {
  it('shows runs as a tree, and selects one in the URL', async () => {
    const page = await open('?session=team&pane=runs');
    const lead = runs(page).getByRole('link', { name: /Plan a trip/ });
    await lead.waitFor();
    await runs(page).getByRole('button', { name: '1 member of this run' }).first().waitFor();
    await lead.click();
    expect(new URL(page.url()).search).toBe('?session=team&run=lead&pane=runs');
    await selectedRun(page).getByText('Take the first flight').waitFor();
    expect(await fact(page, 'Component').textContent()).toBe('planners');
    await page.goBack();
    await selectedRun(page).waitFor({ state: 'detached' });
  });

  it('shows status, values, tools and the error of a run', async () => {
    const page = await open('?session=tools&run=t1&pane=runs');
    await selectedRun(page).getByText('Completed').waitFor();
    expect(await fact(page, 'Model').textContent()).toBe('gpt-5-mini');
    expect(await fact(page, 'Duration').textContent()).toBe('4.2 s');
    expect(await fact(page, 'Tokens').textContent()).toContain('1,234');
    await selectedRun(page).getByText('TimeoutError: no answer within 30 s').waitFor();
    await page.goto(`${explorer.service.baseUrl}/explorer/?session=outcomes&pane=runs`);
    for (const status of ['Error', 'Cancelled', 'Paused']) await runs(page).getByText(status).first().waitFor();
    await runs(page).getByRole('button', { name: 'Jump to first error' }).click();
    await selectedRun(page).getByText('Rate limit reached').waitFor();
    expect(new URL(page.url()).searchParams.get('run')).toBe('o1');
  });

  it('loads more runs while it is scrolled', async () => {
    const page = await open('?session=many&pane=runs');
    await runs(page)
      .getByRole('link', { name: /Question 250/ })
      .hover();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 3_000);
        return runs(page)
          .getByRole('link', { name: /Question 1 / })
          .isVisible();
      })
      .toBe(true);
    await runs(page).getByText('250 runs, newest first').waitFor();
  });
});

describe('the tab of the session', () => {
  it('shows its values, summary, state and metadata', async () => {
    const page = await open('?session=tools&pane=session');
    await details(page).getByText('Ada counts orders.').waitFor();
    expect(await fact(page, 'Name').textContent()).toBe('Orders by region');
    expect(await fact(page, 'User').textContent()).toBe('ada');
    for (const [title, text] of [
      ['Session state', 'step'],
      ['Metadata', '"pro"'],
    ] as const) {
      await details(page).locator('details').filter({ hasText: title }).getByText(text).waitFor();
    }
  });
});

describe('the tab of raw JSON', () => {
  it('shows each digit of numbers', async () => {
    const page = await open('?session=outcomes&pane=raw');
    const response = details(page).getByRole('region', { name: 'Response' });
    await response.getByText('1.0', { exact: true }).waitFor();
    await response.getByText('9007199254740993', { exact: true }).waitFor();
    await details(page).getByRole('button', { name: 'Copy JSON' }).click();
    expect(await copied(page)).toMatch(/"id": ?9007199254740993/);
  });

  it('names the request, and copies it as a command without the key', async () => {
    const page = await open('?session=tools&pane=raw');
    await details(page).getByText('GET /sessions/tools?chat_history=false').waitFor();
    await details(page).getByRole('button', { name: 'Copy as curl' }).click();
    const command = await copied(page);
    expect(command).toContain(
      `${explorer.service.baseUrl}/sessions/tools?chat_history=false' -H "Authorization: Bearer $TOKEN"`,
    );
    expect(command).not.toContain(KEY);
  });

  it('walks through the pages of runs', async () => {
    const page = await open('?session=many&pane=raw');
    await details(page).getByLabel('What to show').selectOption('Runs');
    await details(page).getByRole('button', { name: 'Older' }).click();
    await details(page).getByText('Page 2').waitFor();
    await details(page).getByRole('region', { name: 'Response' }).getByText('"r230"').waitFor();
    await details(page).getByRole('button', { name: 'Newer' }).click();
    await details(page).getByText('Page 1').waitFor();
  });
});
