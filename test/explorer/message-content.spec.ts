import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExplorer, type ServedExplorer, serveExplorer } from './support/explorer-page.js';
import { SAMPLE_SESSIONS } from './support/sample-sessions.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
  for (const session of SAMPLE_SESSIONS) await explorer.store(session);
});
afterAll(() => explorer.service.stop());

const messageOf = (page: Page, text: string | RegExp) => page.getByRole('article').filter({ hasText: text });

/** Opens a session with permission to use the clipboard. */
const open = (session: string) =>
  openExplorer(explorer, `?session=${session}`, { permissions: ['clipboard-read', 'clipboard-write'] });
const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');

describe('a message', () => {
  it('shows Markdown without HTML and remote images, and copies code', async () => {
    const page = await open('tools');
    const answer = messageOf(page, 'Totals by region');
    await answer.getByRole('cell', { name: '12' }).waitFor();
    expect(await answer.getByText('<b>bold</b>').count()).toBe(1);
    for (const [name, href] of [
      ['the manual', 'https://docs.example.com/orders'],
      [/chart/, 'https://cdn.example.com/chart.png'],
    ] as const) {
      const link = answer.getByRole('link', { name });
      expect(await link.getAttribute('href')).toBe(href);
      expect(await link.getAttribute('rel')).toContain('noopener noreferrer');
      expect(await link.getAttribute('target')).toBe('_blank');
    }
    await answer.getByRole('button', { name: 'Copy code' }).click();
    expect(await copied(page)).toBe('SELECT count(*) FROM orders\n');
  });

  it('folds tool calls that succeeded and reasoning, and shows those that failed', async () => {
    const page = await open('tools');
    const succeeded = page.getByRole('listitem').filter({ hasText: /^search_orders/ });
    await succeeded.getByText('320 ms').waitFor();
    expect(await succeeded.getByText('Arguments').count()).toBe(0);
    await succeeded.getByText('search_orders').click();
    await succeeded.getByRole('group', { name: 'Arguments' }).getByText('"north"').waitFor();
    await succeeded.getByRole('group', { name: 'Result' }).getByText('"total": 1.0').waitFor();
    await succeeded.getByText('search_orders').click();
    await succeeded.getByText('Arguments').waitFor({ state: 'detached' });
    const failed = page.getByRole('listitem').filter({ hasText: /^refund_order/ });
    await failed.getByRole('group', { name: 'Error' }).getByText('TimeoutError: no answer within 30 s').waitFor();
    expect(await page.getByText('The user wants totals.').count()).toBe(0);
    await page.getByText('Reasoning, 4 words').click();
    await page.getByText('The user wants totals.').waitFor();
  });

  it('is cut where it is long, also when it is a megabyte', async () => {
    const page = await open('texts');
    const huge = messageOf(page, /^word word/);
    await page.getByRole('region', { name: 'Conversation' }).focus();
    await expect
      .poll(async () => {
        await page.keyboard.press('Home');
        return messageOf(page, 'Line 1').isVisible();
      })
      .toBe(true);
    const long = messageOf(page, 'Line 1');
    expect(await long.textContent()).not.toContain('Line 60');
    await long.getByRole('button', { name: 'Show more' }).click();
    await long.getByText('Line 200').waitFor();
    await expect
      .poll(async () => {
        await page.keyboard.press('PageDown');
        return huge.isVisible();
      })
      .toBe(true);
    await huge.getByRole('button', { name: /^Show 16,000 of 996,000 more characters$/ }).click();
    await huge.getByRole('button', { name: /^Show 100,000 of 980,000 more characters$/ }).waitFor();
  });

  it('is set from right to left where its script is', async () => {
    const page = await open('texts');
    const text = messageOf(page, 'order 7').locator('[dir=auto]').first();
    await text.waitFor();
    expect(await text.evaluate((element) => element.matches(':dir(rtl)'))).toBe(true);
    await messageOf(page, 'First part').getByText('Second part').waitFor();
  });

  it('is shown as JSON with two clicks, and copied as text or link', async () => {
    const page = await open('tools');
    const answer = messageOf(page, 'Totals by region');
    await answer.hover();
    await answer.getByRole('button', { name: 'Copy link' }).click();
    expect(new URL(await copied(page)).search).toBe('?session=tools&message=t1-answer');
    await answer.getByRole('button', { name: 'Copy text' }).click();
    expect(await copied(page)).toContain('Totals by region:');
    await answer.getByRole('button', { name: 'Show JSON' }).click();
    const dialog = page.getByRole('dialog', { name: 'Message as JSON' });
    await dialog.getByText('"t1-answer"').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await answer.waitFor();
  });
});

describe('a run', () => {
  it('of a team shows its members before its answer, and folds members of members', async () => {
    const page = await open('team');
    await messageOf(page, 'Take the first flight').waitFor();
    const texts = await page.getByRole('article').allTextContents();
    expect(texts).toEqual(['Plan a trip', 'Find flights', 'Two flights', 'Take the first flight']);
    const member = page.getByRole('button', { name: 'prices' });
    expect(await member.getAttribute('aria-expanded')).toBe('false');
    await member.click();
    await messageOf(page, 'The first is cheaper').waitFor();
    await page.getByRole('button', { name: 'flights' }).click();
    await messageOf(page, 'Two flights').waitFor({ state: 'detached' });
  });

  it('of a workflow shows its steps', async () => {
    const page = await open('workflow');
    await messageOf(page, 'The final text').waitFor();
    await page.getByRole('button', { name: 'writer' }).waitFor();
    const texts = await page.getByRole('article').allTextContents();
    expect(texts).toEqual(['Write about tents', 'Write a draft', 'The draft', 'The final text']);
  });

  it('shows how it ended, its error, and what it waits for', async () => {
    const page = await open('outcomes');
    const paused = page.getByRole('group', { name: 'Paused run' });
    await paused.getByText('Confirmation of delete_order').waitFor();
    for (const status of ['Error', 'Cancelled', 'Paused']) await page.getByText(status, { exact: true }).waitFor();
    await page.getByRole('group', { name: 'Error of the run' }).getByText('Rate limit reached').waitFor();
  });
});

describe('media', () => {
  it('of the message are shown, opened large, played and saved', async () => {
    const page = await open('media');
    await page.getByRole('button', { name: 'Open image' }).click();
    const image = page.getByRole('dialog', { name: 'image' }).getByRole('img', { name: 'image' });
    await expect.poll(() => image.evaluate((element: { naturalWidth?: number }) => element.naturalWidth)).toBe(5);
    expect(await image.getAttribute('src')).toMatch(/^blob:/);
    await page.keyboard.press('Escape');
    const audio = page.locator('audio');
    expect(await audio.getAttribute('controls')).toBe('');
    expect(await audio.getAttribute('src')).toMatch(/^blob:/);
    const file = page.getByRole('link', { name: /prices\.csv.*text\/csv · 10 bytes/ });
    expect(await file.getAttribute('download')).toBe('prices.csv');
  });

  it('of other hosts are links that say where they lead', async () => {
    const page = await open('media');
    const link = page.getByRole('link', { name: /seam\.jpg.*images\.example\.com/ });
    expect(await link.getAttribute('href')).toBe('https://images.example.com/tent/seam.jpg');
    expect(await link.getAttribute('rel')).toContain('noreferrer');
  });

  it('in an object store that the service does not have say so', async () => {
    const page = await open('media');
    const file = page.getByRole('listitem').filter({ hasText: 'offer.pdf' });
    await file.getByText('48 kB').waitFor();
    await file.getByText(/[Mm]edia storage/).waitFor();
  });
});
