import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';
import { HOSTILE_TEXTS } from './support/hostile-texts.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
  for (const [index, text] of HOSTILE_TEXTS.entries()) await explorer.store(hostileSession(index, text));
});
afterAll(() => explorer.service.stop());

/** A session with a text in every member that a client or a model can fill. */
function hostileSession(index: number, text: string) {
  const list = [text, { [text]: text }];
  // Ids have no control characters, and an index limits their length.
  const id = `${text.replaceAll(/\p{Cc}/gu, '').slice(0, 200)} ${index}`;
  const call = { id: text, type: 'function', function: { name: text, arguments: JSON.stringify({ [text]: text }) } };
  const media = { id: text, url: text, filename: text, mime_type: text, format: text, alt_text: text };
  const messages = [
    {
      id: `m${index}-1`,
      role: 'user',
      content: text,
      images: [media],
      files: [media],
      audio: [media],
      videos: [media],
    },
    { id: `m${index}-2`, role: 'assistant', content: text, reasoning_content: text, tool_calls: [call], name: text },
    { id: `m${index}-3`, role: 'tool', content: text, tool_call_id: text, tool_name: text, tool_call_error: true },
    { id: `m${index}-4`, role: 'assistant', content: list, citations: { urls: [{ url: text, title: text }] } },
  ];
  const run = {
    agent_id: text,
    agent_name: text,
    model: text,
    model_provider: text,
    input: { input_content: text },
    content: text,
    content_type: text,
    reasoning_content: text,
    metrics: { [text]: text, total_tokens: 1, duration: 1 },
    metadata: { [text]: text },
    session_state: { [text]: text },
    tools: [{ tool_call_id: text, tool_name: text, tool_args: { [text]: text }, result: text, tool_call_error: true }],
    followups: [text],
    images: [media],
    messages,
  };
  return {
    session_id: id,
    session_name: `Hostile ${index} ${text}`,
    user_id: text,
    agent_id: text,
    metadata: { [text]: text, list },
    session_state: { [text]: text, list },
    summary: { summary: text, topics: [text] },
    runs: [
      { ...run, run_id: `${id}-1`, status: 'ERROR' },
      { ...run, run_id: `${id}-2`, status: text, parent_run_id: `${id}-1` },
      {
        ...run,
        run_id: `${id}-3`,
        status: 'PAUSED',
        messages: messages.map((m) => ({ ...m, id: `${m.id}b` })),
      },
    ],
  };
}

/** True if nothing is wider than the window. */
const fitsWindow = (page: Page) => page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth');

/** Set by the scripts of the corpus if they run. */
const hasRun = (page: Page) => page.evaluate('globalThis.hacked ?? false');

describe('stored content', () => {
  it('is text in every view: no script runs, no link leads into one, nothing is wider than the window', async () => {
    const page = await openExplorer(explorer, '?name=Hostile&pane=runs');
    const heading = page.getByRole('heading', { name: /^Hostile/, level: 2 });
    await sessionLink(page, /^Hostile/)
      .first()
      .waitFor();
    const seen = new Set<string>();
    for (const _ of HOSTILE_TEXTS) {
      await page.keyboard.press('j');
      await expect.poll(() => page.evaluate('document.activeElement.id')).toMatch(/^session-/);
      await page.keyboard.press('Enter');
      await expect.poll(async () => seen.has(await heading.innerText())).toBe(false);
      const name = await heading.innerText();
      seen.add(name);
      await expectOnlyText(page, name);
    }
    expect(seen.size).toBe(HOSTILE_TEXTS.length);
  });
});

/** Opens each tab of the details and unfolds everything. */
async function expectOnlyText(page: Page, name: string): Promise<void> {
  await page.getByRole('main').getByRole('article').first().waitFor();
  for (const tab of ['Session', 'Raw JSON', 'Runs']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tabpanel', { name: tab }).locator('a, dl, pre, details').first().waitFor();
    await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
    const hrefs = await page.locator('a[href]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    for (const href of hrefs) expect(href, name).toMatch(/^(\?|https?:|mailto:|blob:|\/)/);
    expect(await hasRun(page), name).toBe(false);
    expect(await fitsWindow(page), name).toBe(true);
  }
}
