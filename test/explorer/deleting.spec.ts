import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './support/accessibility.js';
import { listedNames, openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';
import { HOSTILE_TEXTS } from './support/hostile-texts.js';
import { chooseAction, expectHarmless } from './support/opened-session.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
});
afterAll(() => explorer.service.stop());

describe('deleting', () => {
  const bar = (page: Page) => page.getByRole('region', { name: 'Deletion' });
  const stored = async (name: string) => {
    const response = await fetch(`${explorer.service.baseUrl}/sessions?session_name=${encodeURIComponent(name)}`);
    return ((await response.json()) as { data: { session_name: string }[] }).data.map(
      (session) => session.session_name,
    );
  };

  /** Stores sessions whose names begin with a word, and opens a list of them, the last first. */
  async function openList(word: string, count: number): Promise<Page> {
    for (let index = 1; index <= count; index++) {
      await explorer.store({ session_id: `${word}/${index}`, session_name: `${word} ${index}` });
    }
    const page = await openExplorer(explorer, `?name=${word}`);
    await sessionLink(page, `${word} 1`).waitFor();
    await page.clock.install();
    return page;
  }

  it('deletes the open session when the time to undo has passed', async () => {
    const page = await openList('Single', 2);
    await sessionLink(page, 'Single 1').click();
    await page.getByRole('button', { name: 'Actions' }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Delete session' }).click();
    await bar(page).getByText('“Single 1” will be deleted in 8 s').waitFor();
    await bar(page).getByText('If you leave this page before, nothing is deleted.').waitFor();
    await expectAccessible(page);
    expect(await stored('Single')).toHaveLength(2);
    await page.clock.runFor(8_000);
    await bar(page).getByText('“Single 1” deleted').waitFor();
    await page.getByText('No session is open').waitFor();
    await expect.poll(() => listedNames(page)).toEqual(['Single 2']);
    expect(await stored('Single')).toEqual(['Single 2']);
  });

  it('deletes nothing after Undo, which the key z does as well', async () => {
    const page = await openList('Undone', 1);
    let requests = 0;
    page.on('request', (request) => request.method() === 'DELETE' && requests++);
    await sessionLink(page, 'Undone 1').click();
    for (const undo of [
      () => bar(page).getByRole('button', { name: 'Undo' }).click(),
      () => page.keyboard.press('z'),
    ]) {
      await chooseAction(page, 'Delete session');
      await bar(page).waitFor();
      await undo();
      await bar(page).waitFor({ state: 'detached' });
      await page.clock.runFor(20_000);
    }
    expect(requests).toBe(0);
    expect(await stored('Undone')).toHaveLength(1);
  });

  it('deletes many sessions that are selected by click, by Shift and click', async () => {
    const page = await openList('Many', 6);
    await page.getByRole('button', { name: 'Select sessions' }).click();
    await page.getByRole('checkbox', { name: 'Many 2' }).click();
    await page.getByRole('checkbox', { name: 'Many 4' }).click({ modifiers: ['Shift'] });
    await page.getByRole('checkbox', { name: 'Many 6' }).click();
    await page.getByText('4 selected').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Delete 4 sessions' }).click();
    await bar(page).getByText('4 sessions will be deleted').waitFor();
    await expectAccessible(page);
    await bar(page).getByRole('button', { name: 'Delete now' }).click();
    await bar(page).getByText('4 sessions deleted').waitFor();
    await expect.poll(() => listedNames(page)).toEqual(['Many 5', 'Many 1']);
    expect(await stored('Many')).toHaveLength(2);
  });

  it('selects by keyboard: j and k move, x selects, Escape ends', async () => {
    const page = await openList('Keys', 3);
    const focused = () => page.evaluate('document.activeElement.id');
    await page.keyboard.press('j');
    await expect.poll(focused).toBe('session-Keys/3');
    await page.keyboard.press('x');
    await page.getByRole('checkbox', { name: 'Keys 3', checked: true }).waitFor();
    await expect.poll(focused).toBe('session-Keys/3');
    await page.keyboard.press('j');
    await expect.poll(focused).toBe('session-Keys/2');
    await page.keyboard.press('x');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('Escape');
    await sessionLink(page, 'Keys 2').waitFor();
    await expect.poll(focused).toBe('session-Keys/2');
    expect(await page.getByRole('checkbox').count()).toBe(0);
  });

  it('is dropped when the page is left, before which the browser asks', async () => {
    const page = await openList('Left', 1);
    const mayLeave = () => page.evaluate<boolean>("dispatchEvent(new Event('beforeunload', { cancelable: true }))");
    expect(await mayLeave()).toBe(true);
    await sessionLink(page, 'Left 1').click();
    await chooseAction(page, 'Delete session');
    await bar(page).waitFor();
    expect(await mayLeave()).toBe(false);
    await page.close();
    expect(await stored('Left')).toEqual(['Left 1']);
  });

  it('says why it failed, and can be tried again', async () => {
    const page = await openList('Failing', 2);
    await page.route('**/sessions?*', (route) =>
      route.request().method() === 'DELETE'
        ? route.fulfill({ status: 503, json: { detail: 'Down' } })
        : route.fallback(),
    );
    await page.route('**/sessions', (route) => route.fulfill({ status: 503, json: { detail: 'Down' } }));
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Delete 1 session' }).click();
    await page.clock.runFor(8_000);
    await bar(page).getByText('The database is not available.').waitFor();
    await expectAccessible(page);
    expect(await listedNames(page)).toEqual(['Failing 2', 'Failing 1']);
    await page.unrouteAll();
    await bar(page).getByRole('button', { name: 'Try again' }).click();
    await bar(page).getByText('“Failing 2” deleted').waitFor();
    expect(await stored('Failing')).toEqual(['Failing 1']);
  });

  it('shows hostile names as text', async () => {
    for (const [index, text] of HOSTILE_TEXTS.entries()) {
      await explorer.store({ session_id: `hostile-${index}`, session_name: `Doomed ${text}`, user_id: 'doomed' });
    }
    // All rows are rendered at once.
    const page = await openExplorer(explorer, '?user=doomed', { viewport: { width: 1440, height: 2_000 } });
    const rows = page.getByRole('checkbox');
    for (const index of HOSTILE_TEXTS.keys()) {
      await page.getByRole('button', { name: 'Select sessions' }).click();
      await rows.nth(index).click();
      await page.getByRole('button', { name: 'Delete 1 session' }).click();
      await bar(page).getByRole('button', { name: 'Undo' }).focus();
      await expectHarmless(page);
      await page.keyboard.press('Enter');
      await bar(page).waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Select sessions' }).click();
    await rows.last().click();
    await rows.first().click({ modifiers: ['Shift'] });
    await page.getByRole('button', { name: `Delete ${HOSTILE_TEXTS.length} sessions` }).click();
    await bar(page).getByRole('button', { name: 'Delete now' }).click();
    await bar(page).getByText(`${HOSTILE_TEXTS.length} sessions deleted`).waitFor();
    expect(await stored('Doomed')).toEqual([]);
  });
});
