import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';
import { TOOLS_SESSION } from './support/sample-sessions.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
  await explorer.store(TOOLS_SESSION);
});
afterAll(() => explorer.service.stop());

/** Holds requests back until the returned function is called. */
async function hold(page: Page, url: RegExp): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}

describe('on a slow network', () => {
  it('shows grey lines in the pane that waits, and leaves the others usable', async () => {
    const page = await openExplorer(explorer);
    await sessionLink(page, 'Orders by region').waitFor();
    const release = await hold(page, /\/messages\?/);
    await sessionLink(page, 'Orders by region').click();
    const waiting = page.getByText('Loading messages');
    await waiting.waitFor();
    await page.getByRole('heading', { name: 'Orders by region' }).waitFor();
    await page.getByLabel('Search sessions by name').fill('Orders');
    await expect.poll(() => new URL(page.url()).searchParams.get('name')).toBe('Orders');
    await sessionLink(page, 'Orders by region').waitFor();
    release();
    await page.getByText('Totals by region').waitFor();
    expect(await waiting.count()).toBe(0);
  });

  it('shows grey lines only after 150 ms', async () => {
    const page = await openExplorer(explorer);
    const release = await hold(page, /\/messages\?/);
    await sessionLink(page, 'Orders by region').click();
    const delay = page.getByText('Loading messages').evaluate((element) => {
      const [animation] = element.parentElement?.getAnimations() ?? [];
      return animation?.effect?.getComputedTiming().delay;
    });
    expect(await delay).toBe(150);
    release();
  });

  it('works with a latency of half a second and 400 kbit/s', async () => {
    const page = await openExplorer(explorer);
    const session = await page.context().newCDPSession(page);
    const bytesPerSecond = 50_000;
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 500,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    await page.goto(`${explorer.service.baseUrl}/explorer/?session=tools&pane=runs`);
    await page.getByText('Totals by region').waitFor();
    await page.getByText('1 run, newest first').waitFor();
    await sessionLink(page, 'Orders by region').waitFor();
  });
});

describe('without a network', () => {
  it('says that it is offline, and goes on by itself', async () => {
    const page = await openExplorer(explorer);
    await sessionLink(page, 'Orders by region').waitFor();
    await page.context().setOffline(true);
    await sessionLink(page, 'Orders by region').click();
    await page.getByText('You are offline').first().waitFor();
    await page.context().setOffline(false);
    await page.getByText('Totals by region').waitFor();
    expect(await page.getByText('You are offline').count()).toBe(0);
  });
});

describe('the first load', () => {
  it('transfers at most 220 KB of compressed JavaScript', async () => {
    const page = await openExplorer(explorer, '?session=tools&pane=runs');
    await page.getByText('Totals by region').waitFor();
    const sizes = await page.evaluate<number[]>(`performance.getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('.js')).map(({ transferSize }) => transferSize)`);
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(220_000);
  });
});
