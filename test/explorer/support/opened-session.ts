import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { openExplorer, type ServedExplorer } from './explorer-page.js';

/** Opens a session that a test has stored. */
export async function openSession(explorer: ServedExplorer, id: string): Promise<Page> {
  const page = await openExplorer(explorer, `?session=${encodeURIComponent(id)}`);
  await page.getByRole('heading', { level: 2 }).getByText(/./).waitFor();
  return page;
}

/** Chooses an action of the open session. */
export async function chooseAction(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('button', { name, exact: true }).click();
}

/** The stored values that a client can change, as the service sends them. */
export async function editableText({ service }: ServedExplorer, id: string): Promise<string> {
  const response = await fetch(`${service.baseUrl}/sessions/-?id=${encodeURIComponent(id)}&view=editable`);
  expect(response.status).toBe(200);
  return response.text();
}

/** Fails if stored content has run a script, or has made the page wider than the window. */
export async function expectHarmless(page: Page): Promise<void> {
  expect(await page.evaluate('globalThis.hacked ?? false')).toBe(false);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
}
