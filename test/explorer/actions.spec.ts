import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';
import { expectAccessible } from './support/accessibility.js';
import { listedNames, openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';
import { HOSTILE_TEXTS } from './support/hostile-texts.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
});
afterAll(() => explorer.service.stop());

/** Opens a session that the test has created. */
async function openSession(id: string): Promise<Page> {
  const page = await openExplorer(explorer, `?session=${encodeURIComponent(id)}`);
  await page.getByRole('heading', { level: 2 }).getByText(/./).waitFor();
  return page;
}

const nameField = (page: Page) => page.getByLabel('Name of the session');
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 2, name, exact: true });

/** The stored values that a client can change, as the service sends them. */
async function editableText(id: string): Promise<string> {
  const response = await fetch(`${explorer.service.baseUrl}/sessions/-?id=${encodeURIComponent(id)}&view=editable`);
  expect(response.status).toBe(200);
  return response.text();
}

async function storedName(id: string): Promise<unknown> {
  return (JSON.parse(await editableText(id)) as { session_name: unknown }).session_name;
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
    for (const name of ['Rename', 'Actions', 'Select sessions']) {
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
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
    const page = await openSession('plain');
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
    const page = await openSession('unnamed');
    await page.getByRole('button', { name: 'Rename' }).click();
    await nameField(page).fill('Named');
    await page.keyboard.press('Enter');
    await sessionLink(page, 'Named').waitFor();
    expect(await storedName('unnamed')).toBe('Named');
  });

  it.each(['ours', 'theirs'])('shows the other name after a rename by somebody else, and keeps %s', async (kept) => {
    const id = `two-names-${kept}`;
    await explorer.store({ session_id: id, session_name: 'Before' });
    const [first, second] = [await openSession(id), await openSession(id)];
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
    const page = await openSession('hostile/name');
    for (const text of HOSTILE_TEXTS) {
      // A field has one line, and the service removes control characters.
      const name = text.replaceAll(/\p{Cc}/gu, ' ').trim();
      await page.getByRole('button', { name: 'Rename' }).click();
      await nameField(page).fill(name);
      await page.keyboard.press('Enter');
      await expect.poll(() => storedName('hostile/name')).toBe(name);
      await page.getByRole('button', { name: 'Rename' }).waitFor();
      expect(await page.evaluate('globalThis.hacked ?? false')).toBe(false);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
  });
});

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
      await page.getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('button', { name: 'Delete session' }).click();
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
    expect(await page.getByRole('checkbox').count()).toBe(0);
  });

  it('is dropped when the page is left, before which the browser asks', async () => {
    const page = await openList('Left', 1);
    const mayLeave = () => page.evaluate<boolean>("dispatchEvent(new Event('beforeunload', { cancelable: true }))");
    expect(await mayLeave()).toBe(true);
    await sessionLink(page, 'Left 1').click();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('button', { name: 'Delete session' }).click();
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
      expect(await page.evaluate('globalThis.hacked ?? false')).toBe(false);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
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
