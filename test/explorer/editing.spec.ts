import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './support/accessibility.js';
import { type ServedExplorer, serveExplorer } from './support/explorer-page.js';
import { HOSTILE_TEXTS } from './support/hostile-texts.js';
import { chooseAction, editableText, expectHarmless, openSession } from './support/opened-session.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
});
afterAll(() => explorer.service.stop());

describe('editing metadata and state', () => {
  const field = (page: Page) => page.getByRole('dialog').getByRole('textbox');

  async function openEditor(id: string, what: 'metadata' | 'session state'): Promise<Page> {
    const page = await openSession(explorer, id);
    await chooseAction(page, `Edit ${what}`);
    await field(page).waitFor();
    return page;
  }

  const save = (page: Page) => page.getByRole('button', { name: /^Save / }).click();
  const saved = (page: Page) => page.getByRole('dialog').waitFor({ state: 'detached' });

  it('saves what was typed, with all digits of its numbers', async () => {
    await explorer.store({ session_id: 'digits', session_name: 'Digits', metadata: { old: 1, kept: { deep: [1.5] } } });
    const page = await openEditor('digits', 'metadata');
    expect(await field(page).inputValue()).toBe('{\n  "old": 1,\n  "kept": {\n    "deep": [\n      1.5\n    ]\n  }\n}');
    await field(page).fill('{"kept": {"deep": [1.5]}, "big": 123456789012345678901234567890, "none": {"x": null}}');
    await save(page);
    await saved(page);
    const text = await editableText(explorer, 'digits');
    expect(text).toContain('"big": 123456789012345678901234567890');
    expect(JSON.parse(text)).toMatchObject({ metadata: { kept: { deep: [1.5] }, none: { x: null } } });
    expect(text).not.toContain('"old"');
  });

  it('names line and column of a mistake, and moves there', async () => {
    await explorer.store({ session_id: 'mistake', session_name: 'Mistake' });
    const page = await openEditor('mistake', 'session state');
    await field(page).fill('{\n  "a": 1,\n}');
    await page.getByText('No comma may stand before }').waitFor();
    expect(await page.getByRole('button', { name: 'Save session state' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Line 3, column 1' }).click();
    expect(await page.evaluate('document.activeElement.selectionStart')).toBe(12);
  });

  it('asks before changes are discarded', async () => {
    await explorer.store({ session_id: 'discarded', session_name: 'Discarded', metadata: { a: 1 } });
    const page = await openEditor('discarded', 'metadata');
    await field(page).fill('{"a": 2}');
    await page.keyboard.press('Escape');
    await page.getByText('Your changes are not saved.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Go on editing' }).click();
    expect(await field(page).inputValue()).toBe('{"a": 2}');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await saved(page);
    expect(JSON.parse(await editableText(explorer, 'discarded'))).toMatchObject({ metadata: { a: 1 } });
  });

  it('saves next to a change of another value of the session', async () => {
    await explorer.store({
      session_id: 'other-value',
      session_name: 'Other',
      metadata: { a: 1 },
      session_state: { s: 1 },
    });
    const [first, second] = [
      await openEditor('other-value', 'metadata'),
      await openEditor('other-value', 'session state'),
    ];
    await field(first).fill('{"a": 2}');
    await save(first);
    await saved(first);
    await field(second).fill('{"s": 2}');
    await save(second);
    await saved(second);
    expect(JSON.parse(await editableText(explorer, 'other-value'))).toMatchObject({
      metadata: { a: 2 },
      session_state: { s: 2 },
    });
  });

  it.each(['Keep mine', 'Take theirs'])('shows both versions of two editors, and loses nothing: %s', async (choice) => {
    const id = `conflict ${choice}`;
    await explorer.store({
      session_id: id,
      session_name: 'Conflict',
      session_state: { both: 1, deep: { kept: true } },
    });
    const [first, second] = [await openEditor(id, 'session state'), await openEditor(id, 'session state')];
    await field(first).fill('{"both": 2, "deep": {"kept": true, "first": 1}}');
    await field(second).fill('{"both": 3, "deep": {"kept": true, "second": 1}}');
    await save(first);
    await saved(first);
    await save(second);
    await second.getByText('Somebody else has changed the session state').waitFor();
    const lines = second.getByRole('region', { name: 'What differs' });
    for (const line of ['−   "both": 2', '+   "both": 3', '+     "second": 1']) await lines.getByText(line).waitFor();
    await expectAccessible(second);
    const theirs = { both: 2, deep: { kept: true, first: 1 } };
    expect(JSON.parse(await editableText(explorer, id))).toMatchObject({ session_state: theirs });
    await second.getByRole('button', { name: choice }).click();
    if (choice === 'Keep mine') {
      await saved(second);
      const { session_state } = JSON.parse(await editableText(explorer, id)) as { session_state: unknown };
      expect(session_state).toEqual({ both: 3, deep: { kept: true, first: 1, second: 1 } });
    } else {
      expect(JSON.parse(await field(second).inputValue())).toEqual(theirs);
      expect(JSON.parse(await editableText(explorer, id))).toMatchObject({ session_state: theirs });
    }
  });

  it('shows a third version when the session changes once more', async () => {
    await explorer.store({ session_id: 'third', session_name: 'Third', metadata: { a: 1 } });
    const [first, second] = [await openEditor('third', 'metadata'), await openEditor('third', 'metadata')];
    await field(second).fill('{"a": 3}');
    for (const value of [2, 22]) {
      await fetch(`${explorer.service.baseUrl}/sessions/third`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ metadata: { a: value } }),
      });
      await second.getByRole('button', { name: value === 2 ? /^Save / : 'Keep mine' }).click();
      await second.getByText(`−   "a": ${value}`, { exact: true }).waitFor();
    }
    await first.close();
    await second.getByRole('button', { name: 'Keep mine' }).click();
    await saved(second);
    expect(JSON.parse(await editableText(explorer, 'third'))).toMatchObject({ metadata: { a: 3 } });
  });

  it('shows hostile keys and values as text, and keeps them', async () => {
    const id = 'hostile json';
    const metadata = { ...Object.fromEntries(HOSTILE_TEXTS.map((text) => [text, text])), list: HOSTILE_TEXTS };
    await explorer.store({ session_id: id, session_name: 'Hostile', metadata });
    const before = JSON.parse(await editableText(explorer, id)) as { metadata: object };
    const page = await openEditor(id, 'metadata');
    await expectHarmless(page);
    await field(page).fill((await field(page).inputValue()).replace(/\n\}$/, ',\n  "added": 1\n}'));
    // Somebody else's changes, so that the texts are compared as well.
    await fetch(`${explorer.service.baseUrl}/sessions/-?id=hostile+json`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ metadata: { theirs: HOSTILE_TEXTS } }),
    });
    await save(page);
    await page.getByRole('region', { name: 'What differs' }).waitFor();
    await expectHarmless(page);
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await saved(page);
    const after = JSON.parse(await editableText(explorer, id)) as { metadata: object };
    expect(after.metadata).toEqual({ ...before.metadata, added: 1, theirs: expect.any(Array) });
  });
});
