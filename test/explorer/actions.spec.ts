import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';
import { expectAccessible } from './support/accessibility.js';
import { openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';
import { HOSTILE_TEXTS } from './support/hostile-texts.js';
import { editableText, expectHarmless, openSession } from './support/opened-session.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
});
afterAll(() => explorer.service.stop());

const nameField = (page: Page) => page.getByLabel('Name of the session');
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 2, name, exact: true });

async function storedName(id: string): Promise<unknown> {
  return (JSON.parse(await editableText(explorer, id)) as { session_name: unknown }).session_name;
}

describe('what the token may not do', () => {
  let scoped: ServedExplorer;
  const scopes = ['sessions:read', 'sessions:write', 'sessions:delete'];
  beforeAll(async () => {
    scoped = await serveExplorer({ ...ISOLATING_SETTINGS });
    const response = await fetch(`${scoped.service.baseUrl}/sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hs256Token({ sub: 'ann', scopes })}`, 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: 'hers', session_name: 'Hers', agent_id: 'guide' }),
    });
    expect(response.status).toBe(201);
  });
  afterAll(() => scoped.service.stop());

  async function openWith(granted: readonly string[]): Promise<Page> {
    const page = await openExplorer(scoped, '?session=hers');
    await page.getByLabel('Key or token').fill(hs256Token({ sub: 'ann', scopes: granted }));
    await page.keyboard.press('Enter');
    await heading(page, 'Hers').waitFor();
    await page.getByText('guide').last().waitFor();
    return page;
  }

  it('is not offered to a token that may only read', async () => {
    const page = await openWith(['sessions:read']);
    await heading(page, 'Hers').dblclick();
    expect(await nameField(page).count()).toBe(0);
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('button', { name: 'Export' }).waitFor();
    for (const name of ['Rename', 'Edit metadata', 'Edit session state', 'Delete session', 'Select sessions']) {
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    expect(await page.getByRole('checkbox').count()).toBe(0);
  });

  it('is explained when the service forbids it nevertheless', async () => {
    const page = await openWith(scopes);
    // As after a change of the rights: the page has read its scopes before.
    await page.route('**/rename*', (route) => {
      const headers = {
        ...route.request().headers(),
        authorization: `Bearer ${hs256Token({ sub: 'ann', scopes: ['sessions:read'] })}`,
      };
      return route.continue({ headers });
    });
    await page.getByRole('button', { name: 'Rename' }).click();
    await nameField(page).fill('Not hers');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Not renamed. Your token may not do this').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await heading(page, 'Hers').waitFor();
  });
});

describe('renaming', () => {
  it('changes the heading and the list at once; Escape changes nothing', async () => {
    await explorer.store({ session_id: 'plain', session_name: 'Before' });
    const page = await openSession(explorer, 'plain');
    await page.getByRole('button', { name: 'Rename' }).click();
    await nameField(page).fill('Discarded');
    await page.keyboard.press('Escape');
    await heading(page, 'Before').dblclick();
    await expectAccessible(page);
    await nameField(page).fill('After');
    await page.keyboard.press('Enter');
    await heading(page, 'After').waitFor();
    await sessionLink(page, 'After').waitFor();
    expect(await storedName('plain')).toBe('After');
    await expect.poll(() => page.evaluate('document.activeElement.title')).toBe('Rename');
  });

  it('gives a name to a session that has none', async () => {
    await explorer.store({
      session_id: 'unnamed',
      runs: [{ run_id: 'r1', agent_id: 'guide', messages: [{ id: 'm1', role: 'user', content: 'First words' }] }],
    });
    const page = await openSession(explorer, 'unnamed');
    await page.getByRole('button', { name: 'Rename' }).click();
    await nameField(page).fill('Named');
    await page.keyboard.press('Enter');
    await sessionLink(page, 'Named').waitFor();
    expect(await storedName('unnamed')).toBe('Named');
  });

  it.each(['ours', 'theirs'])('shows the other name after a rename by somebody else, and keeps %s', async (kept) => {
    const id = `two-names-${kept}`;
    await explorer.store({ session_id: id, session_name: 'Before' });
    const [first, second] = [await openSession(explorer, id), await openSession(explorer, id)];
    for (const [page, name] of [
      [first, 'theirs'],
      [second, 'ours'],
    ] as const) {
      await page.getByRole('button', { name: 'Rename' }).click();
      await nameField(page).fill(name);
    }
    await first.keyboard.press('Enter');
    await heading(first, 'theirs').waitFor();
    await second.keyboard.press('Enter');
    await second.getByRole('alert').getByText('renamed it to “theirs”').waitFor();
    expect(await storedName(id)).toBe('theirs');
    await expectAccessible(second);
    await second.getByRole('button', { name: kept === 'ours' ? 'Rename anyway' : 'Keep the other name' }).click();
    await heading(second, kept).waitFor();
    expect(await storedName(id)).toBe(kept);
  });

  it('shows hostile names as text', async () => {
    await explorer.store({ session_id: 'hostile/name', session_name: 'Before' });
    const page = await openSession(explorer, 'hostile/name');
    for (const text of HOSTILE_TEXTS) {
      // A field has one line, and the service removes control characters.
      const name = text.replaceAll(/\p{Cc}/gu, ' ').trim();
      await page.getByRole('button', { name: 'Rename' }).click();
      await nameField(page).fill(name);
      await page.keyboard.press('Enter');
      await expect.poll(() => storedName('hostile/name')).toBe(name);
      await page.getByRole('button', { name: 'Rename' }).waitFor();
      await expectHarmless(page);
    }
  });
});
