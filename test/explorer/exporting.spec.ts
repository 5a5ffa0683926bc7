import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './support/accessibility.js';
import { type ServedExplorer, serveExplorer } from './support/explorer-page.js';
import { HOSTILE_TEXTS } from './support/hostile-texts.js';
import { chooseAction, expectHarmless, openSession } from './support/opened-session.js';

const RUNS = 450;

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
  const runs = Array.from({ length: RUNS }, (_, index) => ({
    run_id: `r${index}`,
    agent_id: 'guide',
    status: 'COMPLETED',
    messages: [
      { id: `u${index}`, role: 'user', content: `Question ${index}`, created_at: 1_700_000_000 + index },
      { id: `a${index}`, role: 'assistant', content: `Answer ${index}`, created_at: 1_700_000_000 + index },
    ],
  }));
  await explorer.store({ session_id: 'long', session_name: 'A long: conversation', agent_id: 'guide', runs });
});
afterAll(() => explorer.service.stop());

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Export session' });
const begin = (page: Page) => dialog(page).getByRole('button', { name: 'Export', exact: true }).click();

/** Opens the dialog in a browser that cannot write files, so that the export becomes a download. */
async function openExport(id: string): Promise<Page> {
  const page = await openSession(explorer, id);
  await page.evaluate('delete globalThis.showSaveFilePicker');
  await chooseAction(page, 'Export');
  return page;
}

async function downloaded(page: Page): Promise<{ readonly name: string; readonly text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), begin(page)]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

describe('exporting a session', () => {
  it('writes all values and messages as JSON', async () => {
    const page = await openExport('long');
    await expectAccessible(page);
    const { name, text } = await downloaded(page);
    await dialog(page)
      .getByText(`Exported ${RUNS * 2} messages`)
      .waitFor();
    await expectAccessible(page);
    expect(name).toBe('A-long-conversation.json');
    const { session, messages } = JSON.parse(text) as { session: unknown; messages: { content: string }[] };
    expect(session).toMatchObject({ session_id: 'long', session_name: 'A long: conversation' });
    expect(messages).toHaveLength(RUNS * 2);
    expect(messages[0]?.content).toBe('Question 0');
    expect(messages.at(-1)?.content).toBe(`Answer ${RUNS - 1}`);
  });

  it('writes a transcript as Markdown', async () => {
    const page = await openExport('long');
    await dialog(page).getByRole('radio', { name: 'Markdown' }).check();
    const { name, text } = await downloaded(page);
    expect(name).toBe('A-long-conversation.md');
    expect(text).toContain('# A long\\: conversation\n\n- Session: long\n- Agent: guide\n');
    expect(text).toContain('\n## User · 2023-11-14T22:13:20.000Z\n\n> Question 0\n\n## Assistant');
    expect(text.match(/^## /gm)).toHaveLength(RUNS * 2);
  });

  it('writes into the chosen file while it reads', async () => {
    const page = await openSession(explorer, 'long');
    // A file of the browser's own storage in place of one that the user chooses in a window of the system.
    await page.evaluate(`globalThis.showSaveFilePicker = async ({ suggestedName }) =>
      (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })`);
    await chooseAction(page, 'Export');
    await begin(page);
    await dialog(page)
      .getByText(`Exported ${RUNS * 2} messages`)
      .waitFor();
    const text = await page.evaluate<string>(`(async () => {
      const folder = await navigator.storage.getDirectory();
      return (await (await folder.getFileHandle('A-long-conversation.json')).getFile()).text();
    })()`);
    expect((JSON.parse(text) as { messages: unknown[] }).messages).toHaveLength(RUNS * 2);
  });

  it('shows its progress, goes on after a failure that passes, and ends when it is cancelled', async () => {
    const page = await openExport('long');
    let requests = 0;
    let hold = () => {};
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    await page.route('**/messages?*order=asc*', async (route) => {
      requests++;
      if (requests === 2)
        return route.fulfill({ status: 503, headers: { 'retry-after': '0' }, json: { detail: 'Busy' } });
      if (requests === 4) await held;
      return route.continue().catch(() => undefined);
    });
    await begin(page);
    await dialog(page).getByText('Exporting: 400 messages').waitFor();
    await expectAccessible(page);
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    hold();
    await page.unrouteAll({ behavior: 'wait' });
    expect(requests).toBe(4);
  });

  it('says why it failed', async () => {
    const page = await openExport('long');
    await page.route('**/messages?*order=asc*', (route) => route.fulfill({ status: 404, json: { detail: 'Gone' } }));
    await begin(page);
    await dialog(page).getByText('Not exported. The session does not exist any more').waitFor();
    await expectAccessible(page);
  });

  it('keeps hostile texts as texts', async () => {
    const messages = HOSTILE_TEXTS.map((text, index) => ({ id: `m${index}`, role: 'user', content: text, name: text }));
    const runs = [{ run_id: 'hostile-run', agent_id: 'guide', messages }];
    await explorer.store({ session_id: 'hostile', session_name: '../<img src=x>\n"', agent_id: '</h1>', runs });
    const page = await openExport('hostile');
    const { name, text } = await downloaded(page);
    expect(name).toBe('img-src-x.json');
    const exported = JSON.parse(text) as { messages: { content: string }[] };
    // The service removes control characters.
    const stored = HOSTILE_TEXTS.map((hostile) => hostile.replaceAll('\u0001', ''));
    expect(exported.messages.map(({ content }) => content)).toEqual(stored);
    await expectHarmless(page);
    await page.keyboard.press('Escape');
    await chooseAction(page, 'Export');
    await dialog(page).getByRole('radio', { name: 'Markdown' }).check();
    const transcript = await downloaded(page);
    expect(transcript.text.match(/^## /gm)).toHaveLength(HOSTILE_TEXTS.length);
    expect(transcript.text).not.toMatch(/(?<!\\)<(script|img|svg|iframe)/);
    await expectHarmless(page);
  });
});
