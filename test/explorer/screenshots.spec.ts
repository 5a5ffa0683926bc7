import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServerProcess, startServer } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';
import { openExplorer, screenshotPath } from './support/explorer-page.js';

/** A view, and a text that shows that it has come up. */
interface PicturedView {
  readonly query: string;
  readonly text: string | RegExp;
  /** What the user does before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const SIZES = [
  { name: 'wide', viewport: { width: 1440, height: 900 } },
  { name: 'phone', viewport: { width: 390, height: 844 } },
];

const VIEWS: Readonly<Record<string, PicturedView>> = {
  list: { query: '', text: 'Suppliers who raised their prices' },
  'no result': { query: '?type=workflow&user=nobody', text: 'No session matches all filters' },
  filters: {
    query: '?type=team',
    text: 'Filter sessions',
    prepare: (page) => page.getByRole('button', { name: 'Filter', exact: true }).click(),
  },
  'long chat': { query: '?session=demo-long-chat', text: /^Run$/ },
  team: { query: '?type=team', text: /^Run$/, prepare: openSecond },
  workflow: { query: '?type=workflow', text: /^Run$/, prepare: openSecond },
  'selected run': {
    query: '?type=team',
    text: 'Copy as curl',
    prepare: async (page) => {
      await openSecond(page);
      // The last one, so that the conversation does not scroll.
      await page.getByText('Run', { exact: true }).last().click();
    },
  },
  photos: { query: '?session=demo-photos', text: /spare parts/ },
  files: { query: '?session=demo-files', text: 'prices.csv' },
  markup: { query: '?session=demo-markup', text: /^Run$/ },
  arabic: { query: '?session=demo-arabic', text: /^Run$/ },
  running: { query: '?session=demo-running-team', text: /Running/ },
  empty: { query: '?session=demo-empty', text: 'This session has no runs yet' },
  missing: { query: '?session=none', text: 'Not found: this conversation' },
  runs: { query: '?session=demo-running-team&pane=runs', text: /newest first/ },
  values: { query: '?session=demo-chart&pane=session', text: 'Metadata' },
  raw: { query: '?session=demo-chart&pane=raw', text: /^GET/ },
  keys: { query: '?session=demo-chart', text: 'this list', prepare: (page) => page.keyboard.press('?') },
};

/** Opens the second session of the list. */
async function openSecond(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Sessions' }).getByRole('link').nth(1).click();
}

let service: ServerProcess;

beforeAll(async () => {
  const { dsn } = await createScratchDatabase();
  const port = await freePort();
  service = await startServer({
    command: process.execPath,
    args: [resolve(CHECKOUT, 'dist/service/embedded.js'), '--demo'],
    env: { AGNO_PG_DSN: dsn, AGNO_EXPLORER: 'true', AGNO_SERVICE_PORT: String(port), LOG_LEVEL: 'warn' },
    port,
    readyPath: '/healthz',
  });
  // The samples are stored at once.
  const sample = async () => expect((await fetch(`${service.baseUrl}/sessions/demo-chart`)).status).toBe(200);
  await vi.waitFor(sample, { timeout: scaled(30_000) });
});
afterAll(() => service.stop());

/** The pictures are CI artefacts, for people to look at. */
describe('a picture', () => {
  it.each(SIZES)('of each view, in both themes, $name', async ({ name: size, viewport }) => {
    const page = await openExplorer({ service }, '', { viewport, reducedMotion: 'reduce' });
    for (const [name, { query, text, prepare }] of Object.entries(VIEWS)) {
      await page.goto(`${service.baseUrl}/explorer/${query}`);
      await page.getByRole('banner').waitFor();
      await prepare?.(page);
      await page.getByText(text).filter({ visible: true }).first().waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: screenshotPath(`${name} ${size} ${colorScheme}`), animations: 'disabled' });
      }
    }
  });
});
