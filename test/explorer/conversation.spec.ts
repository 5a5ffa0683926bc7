import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';
import { agentRun, manyRuns } from './support/stored-runs.js';

let explorer: ServedExplorer;

beforeAll(async () => {
  explorer = await serveExplorer();
  const failing = manyRuns('e', 120);
  const failed = { status: 'ERROR', content: 'Disk full', messages: failing[9]?.messages.slice(0, 1) };
  failing[9] = agentRun('e10', 'Question 10', '', failed);
  await explorer.store({ session_id: 'long', session_name: 'Long', runs: manyRuns('r', 300) });
  await explorer.store({ session_id: 'failing', session_name: 'Failing', runs: failing });
  await explorer.store({ session_id: 'empty', session_name: 'Empty' });
  await explorer.store({ session_id: 'deleted', session_name: 'Deleted', runs: manyRuns('d', 1) });
});
afterAll(() => explorer.service.stop());

const conversation = (page: Page) => page.getByRole('region', { name: 'Conversation' });
const messageOf = (page: Page, text: string) => page.getByRole('article').filter({ hasText: new RegExp(`${text}$`) });
const latestButton = (page: Page) => page.getByRole('button', { name: 'Jump to latest' });

/** The distance of an element from the top of the window as soon as it no longer moves. */
async function restingTop(element: Locator): Promise<number> {
  let top = Number.NaN;
  for (let stillFrames = 0; stillFrames < 10; ) {
    await element.page().evaluate('new Promise((resolve) => requestAnimationFrame(() => resolve()))');
    const next = (await element.boundingBox())?.y ?? Number.NaN;
    stillFrames = next === top ? stillFrames + 1 : 0;
    top = next;
  }
  return top;
}

/** A message in the middle of the window, by its text. */
async function middleMessage(page: Page): Promise<Locator> {
  const articles = conversation(page).getByRole('article');
  await restingTop(articles.first());
  const texts = await articles.evaluateAll((nodes) =>
    nodes.filter((node) => node.getBoundingClientRect().top > 400).map((node) => node.textContent),
  );
  return messageOf(page, texts[0] ?? 'none');
}

/** True if the whole element is in the window, below the head of the page. */
async function isInWindow(element: Locator): Promise<boolean> {
  const box = await element.boundingBox();
  const height = element.page().viewportSize()?.height ?? 0;
  return box !== null && box.y >= 48 && box.y + box.height <= height;
}

/** Opens a session, and waits until its last message no longer moves. */
async function openAtEnd(session: string, last: string): Promise<Page> {
  const page = await openExplorer(explorer, `?session=${session}`);
  await messageOf(page, last).waitFor();
  await restingTop(messageOf(page, last));
  return page;
}

describe('a conversation', () => {
  it('opens at its newest message, and returns to it by a button after scrolling up', async () => {
    const page = await openAtEnd('long', 'Answer 300');
    expect(await isInWindow(messageOf(page, 'Answer 300'))).toBe(true);
    expect(await latestButton(page).isVisible()).toBe(false);
    await conversation(page).hover();
    await page.mouse.wheel(0, -1_500);
    await latestButton(page).click();
    await messageOf(page, 'Answer 300').waitFor();
    await expect.poll(() => isInWindow(messageOf(page, 'Answer 300'))).toBe(true);
    await expect.poll(() => latestButton(page).isVisible()).toBe(false);
  });

  it('loads older messages above without moving those that are visible', async () => {
    const page = await openAtEnd('long', 'Answer 300');
    const height = () => conversation(page).evaluate((element) => element.scrollHeight);
    const held: (() => Promise<void>)[] = [];
    await page.route(/\/messages\?.*cursor=[^&]/, (route) => void held.push(() => route.continue()));
    await conversation(page).focus();
    for (let pageNumber = 1; pageNumber <= 3; pageNumber++) {
      const before = await height();
      await expect
        .poll(async () => {
          if (held.length === 0) await page.keyboard.press('Home');
          return held.length;
        })
        .toBe(1);
      await page.getByText('Loading older messages').waitFor();
      const message = await middleMessage(page);
      const top = await restingTop(message);
      await held.pop()?.();
      await expect.poll(height).toBeGreaterThan(before + 1_000);
      expect(await restingTop(message)).toBeCloseTo(top, 0);
    }
  });

  it('jumps to errors by the key e, also in older messages that are not loaded', async () => {
    const page = await openAtEnd('failing', 'Answer 120');
    await page.keyboard.press('e');
    const error = page.getByRole('group', { name: 'Error of the run' });
    await expect.poll(() => error.isVisible()).toBe(true);
    expect(await error.textContent()).toContain('Disk full');
    await expect.poll(() => isInWindow(error)).toBe(true);
  });

  it('scrolls to the message of a link and marks it, and stays there after a reload', async () => {
    const page = await openExplorer(explorer, '?session=long&message=r150-answer');
    const linked = page.locator('[aria-current=true]').filter({ hasText: 'Answer 150' });
    await linked.waitFor();
    await expect.poll(() => isInWindow(linked)).toBe(true);
    await page.reload();
    await linked.waitFor();
    await expect.poll(() => isInWindow(linked)).toBe(true);
  });

  it('says when a linked message does not exist', async () => {
    const page = await openExplorer(explorer, '?session=failing&message=none');
    await page.getByText('This conversation does not contain the linked message').waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByText('This conversation does not contain').waitFor({ state: 'detached' });
  });

  it('returns to its position by Back and after a reload', async () => {
    const page = await openAtEnd('long', 'Answer 300');
    await conversation(page).hover();
    await page.mouse.wheel(0, -1_000);
    await latestButton(page).waitFor();
    const message = await middleMessage(page);
    const top = await restingTop(message);
    // The position is remembered some time after the last movement.
    let position = '';
    const isRemembered = async () => {
      const before = position;
      position = await page.evaluate('JSON.stringify(history.state?.conversation ?? "")');
      return position !== '""' && position === before;
    };
    await expect.poll(isRemembered, { interval: 600 }).toBe(true);
    await sessionLink(page, 'Empty').click();
    await page.getByText('This session has no runs yet').waitFor();
    await page.goBack();
    await message.waitFor();
    await expect.poll(() => restingTop(message)).toBeCloseTo(top, 0);
    await page.reload();
    await message.waitFor();
    await expect.poll(() => restingTop(message)).toBeCloseTo(top, 0);
  });

  it('shows new messages of a run that is running, and stays at its end', async () => {
    const running = agentRun('w1', 'Question 1', 'Answer 1', { status: 'RUNNING' });
    await explorer.store({ session_id: 'watched', session_name: 'Watched', runs: [...manyRuns('v', 20), running] });
    const page = await openAtEnd('watched', 'Answer 1');
    await page.getByText('Running', { exact: true }).waitFor();
    for (let number = 2; number <= 8; number++) {
      const run = agentRun(`w${number}`, `Question ${number}`, `Later answer ${number}`, { status: 'RUNNING' });
      await explorer.addRun('watched', run);
    }
    const newest = messageOf(page, 'Later answer 8');
    await newest.waitFor();
    await expect.poll(() => isInWindow(newest)).toBe(true);
    expect(await latestButton(page).isVisible()).toBe(false);
  });

  it('does not move when messages are added while an older one is read', async () => {
    const running = agentRun('x1', 'Question', 'Last answer', { status: 'RUNNING' });
    await explorer.store({ session_id: 'read', session_name: 'Read', runs: [...manyRuns('u', 20), running] });
    const page = await openAtEnd('read', 'Last answer');
    await conversation(page).hover();
    await page.mouse.wheel(0, -600);
    await latestButton(page).waitFor();
    const message = await middleMessage(page);
    const top = await restingTop(message);
    await explorer.addRun('read', agentRun('x2', 'Question', 'Added answer'));
    await page.waitForResponse((response) => response.url().includes('/messages?') && response.status() === 200);
    await page.getByText('Jump to latest').waitFor();
    expect(await restingTop(message)).toBeCloseTo(top, 0);
    await latestButton(page).click();
    await messageOf(page, 'Added answer').waitFor();
  });

  it('says that a session has no runs, does not exist, or was deleted meanwhile', async () => {
    const page = await openExplorer(explorer, '?session=empty');
    await page.getByText('This session has no runs yet').waitFor();
    await sessionLink(page, 'Deleted').waitFor();
    await fetch(`${explorer.service.baseUrl}/sessions/deleted`, { method: 'DELETE' });
    await sessionLink(page, 'Deleted').click();
    await page.getByText('Not found: this conversation').waitFor();
    await page.getByText('It does not exist, was deleted, or belongs to another user.').waitFor();
  });
});
