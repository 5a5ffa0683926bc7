import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './support/accessibility.js';
import { listedNames, openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';

/** As in a URL and an HTML id: with what they have to escape, and as long as PostgreSQL's index allows. */
const UNUSUAL_IDS = ['a/b?c#d', '100%', '%2F', '../x', '<b>', 'emoji 🙂', '"quoted"', 'x'.repeat(2_600)];

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
  for (let index = 1; index <= 120; index++) {
    await explorer.store({
      type: index % 3 === 0 ? 'team' : 'agent',
      session_id: `s${index}`,
      session_name: `Session ${index}`,
      user_id: index % 2 === 0 ? 'ada' : 'ben',
      [index % 3 === 0 ? 'team_id' : 'agent_id']: index % 3 === 0 ? 'crew' : 'guide',
      metadata: { plan: index <= 10 ? 'pro' : 'free' },
    });
  }
  for (const [index, id] of UNUSUAL_IDS.entries()) {
    await explorer.store({ session_id: id, session_name: `Unusual ${index}`, user_id: 'unusual' });
  }
  // Sessions of the same second would be sorted by their ids.
  await explorer.database.sql(`UPDATE ai.agno_sessions SET created_at = created_at - 300 +
    CASE WHEN session_id ~ '^s[0-9]+$' THEN substr(session_id, 2)::integer ELSE 0 END`);
});
afterAll(() => explorer.service.stop());

describe('the list of sessions', () => {
  it('shows the newest first and loads more while it is scrolled', async () => {
    const page = await openExplorer(explorer, '?user=ada');
    await expect.poll(() => listedNames(page)).toContain('Session 120');
    const list = page.getByRole('navigation', { name: 'Sessions' });
    await list.getByRole('link').first().hover();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 600);
        return list.textContent();
      })
      .toContain('60 sessions');
    expect((await listedNames(page)).at(-1)).toBe('Session 2');
  });

  it('shows at least 12 sessions at once on a laptop', async () => {
    const page = await openExplorer(explorer, '', { viewport: { width: 1366, height: 768 } });
    await sessionLink(page, 'Session 120').waitFor();
    const heights = await page
      .getByRole('navigation', { name: 'Sessions' })
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => link.getBoundingClientRect().bottom));
    expect(heights.filter((bottom) => bottom <= 768).length).toBeGreaterThanOrEqual(12);
  });

  it('applies filters together, keeps them in the URL, and removes each by its chip', async () => {
    const page = await openExplorer(explorer);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByLabel('Type').selectOption('team');
    await page.getByLabel('User').fill('ada');
    await page.getByLabel(/^Metadata/).fill('plan=pro');
    await page.getByRole('button', { name: 'Show sessions' }).click();
    await expect.poll(() => listedNames(page)).toEqual(['Session 6']);
    expect(new URL(page.url()).search).toBe('?type=team&user=ada&metadata=plan%3Dpro');
    await page.reload();
    await expect.poll(() => listedNames(page)).toEqual(['Session 6']);
    await page.getByRole('button', { name: 'Remove the filter: user ada' }).click();
    await expect.poll(() => listedNames(page)).toEqual(['Session 9', 'Session 6', 'Session 3']);
    await page.goBack();
    await expect.poll(() => listedNames(page)).toEqual(['Session 6']);
  });

  it('says which filter to drop when none matches', async () => {
    const page = await openExplorer(explorer, '?type=workflow&user=ada');
    await page.getByText('No session matches all filters').waitFor();
    await page.getByRole('button', { name: 'without “type workflow”' }).click();
    await sessionLink(page, 'Session 120').waitFor();
  });

  it('filters by the days of the browser’s time zone', async () => {
    const day = (offset: number) =>
      new Date(Date.now() + offset * 86_400_000).toLocaleDateString('sv', { timeZone: 'Asia/Tokyo' });
    const options = { timezoneId: 'Asia/Tokyo' };
    const page = await openExplorer(explorer, `?name=Session&from=${day(0)}&to=${day(0)}`, options);
    await sessionLink(page, 'Session 120').waitFor();
    await page.goto(`${explorer.service.baseUrl}/explorer/?name=Session&to=${day(-1)}`);
    await page.getByText('No session matches all filters').waitFor();
  });

  it('is used by keyboard: search, next, previous, open, close', async () => {
    const page = await openExplorer(explorer);
    await sessionLink(page, 'Session 120').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('Session 11');
    await expect.poll(() => listedNames(page)).toEqual(expect.arrayContaining(['Session 119', 'Session 11']));
    await page.keyboard.press('Tab');
    for (const key of ['j', 'j', 'j', 'k']) {
      await page.keyboard.press(key);
      await expect.poll(() => page.evaluate('document.activeElement.id')).toMatch(/^session-/);
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Session 11/, level: 2 }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('No session is open').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  });

  it('opens sessions with any id, also from a copied URL', async () => {
    const page = await openExplorer(explorer, '?user=unusual');
    for (const index of UNUSUAL_IDS.keys()) {
      await sessionLink(page, `Unusual ${index}`).click();
      await page.getByRole('heading', { name: `Unusual ${index}`, level: 2 }).waitFor();
      await page.goto(page.url());
      await page.getByRole('heading', { name: `Unusual ${index}`, level: 2 }).waitFor();
    }
  });

  it('returns to its scroll position after a reload', async () => {
    const page = await openExplorer(explorer);
    await sessionLink(page, 'Session 120').hover();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 500);
        return listedNames(page);
      })
      .toContain('Session 20');
    await page.reload();
    await expect.poll(() => listedNames(page)).toContain('Session 20');
  });

  it('offers one pane at a time on a phone', async () => {
    const page = await openExplorer(explorer, '', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await sessionLink(page, 'Session 120').tap();
    await page.getByRole('heading', { name: 'Session 120', level: 2 }).waitFor();
    expect(await sessionLink(page, 'Session 119').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Back to the list' }).tap();
    await sessionLink(page, 'Session 119').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('has no accessibility violations', async () => {
    const page = await openExplorer(explorer, '?type=team&user=ada');
    await sessionLink(page, 'Session 120').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('dialog', { name: 'Filter sessions' }).waitFor();
    await expectAccessible(page);
  });
});
