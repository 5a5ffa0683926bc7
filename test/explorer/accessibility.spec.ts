import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './support/accessibility.js';
import { openExplorer, type ServedExplorer, serveExplorer } from './support/explorer-page.js';
import { SAMPLE_SESSIONS } from './support/sample-sessions.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
  for (const session of SAMPLE_SESSIONS) await explorer.store(session);
});
afterAll(() => explorer.service.stop());

describe('axe-core finds no violation', () => {
  it.each([
    ['tools', 'Totals by region'],
    ['team', 'Take the first flight'],
    ['outcomes', 'Confirmation of delete_order'],
    ['texts', 'Second part'],
    ['media', 'no media storage'],
  ])('in the conversation %s', async (session, text) => {
    const page = await openExplorer(explorer, `?session=${session}`);
    await page.getByText(text).first().waitFor();
    await expectAccessible(page);
  });

  it.each([
    ['?session=team&pane=runs', 'newest first'],
    ['?session=tools&run=t1&pane=runs', 'TimeoutError: no answer'],
    ['?session=outcomes&run=o1&pane=runs', 'Rate limit reached'],
    ['?session=tools&pane=session', 'Created'],
    ['?session=tools&pane=raw', 'GET /sessions/tools'],
  ])('in the details %s', async (query, text) => {
    const page = await openExplorer(explorer, query);
    await page.getByRole('complementary', { name: 'Details' }).getByText(text).first().waitFor();
    await page.getByText('Completed').or(page.getByText('Paused')).first().waitFor();
    await expectAccessible(page);
  });

  it('in dialogs, and with all JSON and tool calls unfolded', async () => {
    const page = await openExplorer(explorer, '?session=tools');
    await page.getByText('search_orders').click();
    await page.getByText('Reasoning, 4 words').click();
    await expectAccessible(page);
    const answer = page.getByRole('article').filter({ hasText: 'Totals by region' });
    await answer.hover();
    await answer.getByRole('button', { name: 'Show JSON' }).click();
    await page.getByRole('dialog', { name: 'Message as JSON' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await expectAccessible(page);
  });

  it('with an image opened', async () => {
    const page = await openExplorer(explorer, '?session=media');
    await page.getByRole('button', { name: 'Open image' }).click();
    await page.getByRole('dialog', { name: 'image' }).waitFor();
    await expectAccessible(page);
  });

  it('on a phone, where no view is wider than the screen', async () => {
    for (const query of ['', '?session=tools', '?session=tools&run=t1&pane=runs', '?session=media']) {
      const page = await openExplorer(explorer, query, { viewport: { width: 390, height: 844 }, hasTouch: true });
      await page
        .getByText(/Orders by region|Media/)
        .filter({ visible: true })
        .first()
        .waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await expectAccessible(page);
    }
  });
});
