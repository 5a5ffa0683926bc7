import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { expectAccessible } from './support/accessibility.js';
import { openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';

/** A name that must be shown, not run, in tables and plots. */
const HOSTILE = '<img src=x onerror="alert(1)">';

describe('the overview', () => {
  let explorer: ServedExplorer;

  beforeAll(async () => {
    explorer = await serveExplorer();
    for (const [index, agent_id] of ['guide', 'guide', HOSTILE].entries()) {
      const runs = [{ run_id: `run-${index}`, status: index === 0 ? 'ERROR' : 'COMPLETED' }];
      await explorer.store({
        session_id: `s${index}`,
        session_name: `Of ${agent_id}`,
        user_id: HOSTILE,
        agent_id,
        runs,
      });
    }
  });
  afterAll(() => explorer.service.stop());

  it('is loaded when it is opened from the top bar, and shows plots and the numbers of components and users', async () => {
    const page = await openExplorer(explorer);
    const scripts: string[] = [];
    page.on('request', (request) => scripts.push(request.url()));
    await sessionLink(page, 'Of guide').first().waitFor();
    expect(scripts.filter((url) => url.includes('overview'))).toEqual([]);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Sessions and runs per day' }).waitFor();
    await page.getByRole('heading', { name: 'Error rate' }).waitFor();
    await page.getByRole('row', { name: /^guide 2 2 50 % 0/ }).waitFor();
    await page.getByRole('rowheader', { name: HOSTILE }).nth(1).waitFor();
    expect(scripts.some((url) => url.includes('overview'))).toBe(true);
    expect(await page.locator('canvas').count()).toBe(2);
    await expectAccessible(page);
  });

  it('has the numbers of each day as a table, and its period in the URL', async () => {
    const page = await openExplorer(explorer, '?overview=7');
    await page.getByText('The numbers of each day').click();
    const days = page.getByRole('table').first();
    await days.getByRole('row', { name: /^\d{4}-\d\d-\d\d 3 3 33 % 0$/ }).waitFor();
    expect(await days.getByRole('row').count()).toBe(8);
    await page.getByRole('button', { name: '90 days' }).click();
    await page.waitForURL(/overview=90/);
    await expectAccessible(page);
    await page.goBack();
    await page.waitForURL(/overview=7/);
  });

  it('leads from a component to its sessions', async () => {
    const page = await openExplorer(explorer, '?overview=30');
    await page.getByRole('link', { name: 'guide' }).click();
    await sessionLink(page, 'Of guide').first().waitFor();
    expect(page.url()).toContain('component=guide');
    expect(await sessionLink(page, `Of ${HOSTILE}`).count()).toBe(0);
  });

  it('fits on a phone', async () => {
    const page = await openExplorer(explorer, '?overview=30', { viewport: { width: 390, height: 844 } });
    await page.getByRole('row', { name: /^guide/ }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByRole('button', { name: 'Close the overview' }).click();
    await sessionLink(page, 'Of guide').first().waitFor();
  });
});

it('says what the tables of agno 2.x cannot tell, and shows no error rate without it', async () => {
  const explorer = await serveExplorer();
  await explorer.database.sql(V2_TABLES);
  await explorer.database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, created_at)
    VALUES ('s', 'agent', extract(epoch FROM now()))`);
  const page = await openExplorer(explorer, '?overview=30');
  await page.getByText('runs are not counted').waitFor();
  await page.getByRole('heading', { name: 'Sessions per day' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Error rate' }).count()).toBe(0);
  await page.getByRole('row', { name: /^Without a component \(agent\) 1 unknown – 0/ }).waitFor();
  await expectAccessible(page);
  await explorer.database.sql(UPGRADE_TO_V3);
  await page.reload();
  await page.getByText('runs that are still kept inside of their sessions').waitFor();
  await explorer.service.stop();
});
