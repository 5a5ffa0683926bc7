import { afterAll, describe, expect, it } from 'vitest';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';
import { expectAccessible } from './support/accessibility.js';
import { listedNames, openExplorer, type ServedExplorer, serveExplorer, sessionLink } from './support/explorer-page.js';

const KEY = 'key-of-the-operator';
const started: ServedExplorer[] = [];

async function serve(env: Record<string, string> = {}): Promise<ServedExplorer> {
  const explorer = await serveExplorer(env);
  started.push(explorer);
  return explorer;
}

afterAll(() => Promise.all(started.map(({ service }) => service.stop())));

describe('signing in', () => {
  it('is not needed in open mode, which the page says', async () => {
    const explorer = await serve();
    const page = await openExplorer(explorer);
    await page.getByText('open, no sign-in').waitFor();
    await page.getByText('There are no sessions yet').waitFor();
    await expectAccessible(page);
  });

  it('takes the security key, keeps it in memory, and forgets it when the page is left', async () => {
    const explorer = await serve({ OS_SECURITY_KEY: KEY });
    await explorer.store({ session_id: 'one', session_name: 'First' });
    const page = await openExplorer(explorer);
    await page.getByLabel('Key or token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The token was rejected').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Key or token').fill(`Bearer ${KEY}`);
    await page.keyboard.press('Enter');
    await sessionLink(page, 'First').waitFor();
    const stored = await page.evaluate(
      'JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])',
    );
    expect(stored).not.toContain(KEY);
    await page.reload();
    await page.getByLabel('Key or token').waitFor();
  });

  it('keeps the key for the tab on request, until the user signs out', async () => {
    const explorer = await serve({ OS_SECURITY_KEY: KEY });
    await explorer.store({ session_id: 'one', session_name: 'First' });
    const page = await openExplorer(explorer);
    await page.getByLabel('Key or token').fill(KEY);
    await page.getByLabel('Keep it until this tab is closed').check();
    await page.keyboard.press('Enter');
    await sessionLink(page, 'First').waitFor();
    await page.reload();
    await sessionLink(page, 'First').waitFor();
    expect(await page.evaluate('JSON.stringify([localStorage, location.href])')).not.toContain(KEY);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key or token').waitFor();
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain(KEY);
  });

  it('uses the cookie of JWT_TOKEN_SOURCE without asking', async () => {
    const explorer = await serve({ ...ISOLATING_SETTINGS, JWT_TOKEN_SOURCE: 'cookie' });
    const page = await openExplorer(explorer);
    await page.getByText('Sign in to your application first').waitFor();
    await expectAccessible(page);
    const value = hs256Token({ sub: 'ann', scopes: ['sessions:read'] });
    await page.context().addCookies([{ name: 'access_token', value, url: explorer.service.baseUrl }]);
    await page.reload();
    await page.getByText('ann', { exact: true }).waitFor();
    await page.getByText('There are no sessions yet').waitFor();
  });
});

describe('with user isolation', () => {
  it('shows each user their own sessions only', async () => {
    const explorer = await serve(ISOLATING_SETTINGS);
    const { baseUrl } = explorer.service;
    for (const user of ['ann', 'bob']) {
      const token = hs256Token({ sub: user, scopes: ['sessions:read', 'sessions:write'] });
      await fetch(`${baseUrl}/sessions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ session_id: `of-${user}`, session_name: `Session of ${user}` }),
      });
    }
    const page = await openExplorer(explorer, '?session=of-bob');
    await page.getByLabel('Key or token').fill(hs256Token({ sub: 'ann', scopes: ['sessions:read'] }));
    await page.keyboard.press('Enter');
    await expect.poll(() => listedNames(page)).toEqual(['Session of ann']);
    await page.getByText('It does not exist, was deleted, or belongs to another user.').first().waitFor();
    expect(await page.locator('body').textContent()).not.toContain('Session of bob');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key or token').fill(hs256Token({ sub: 'bob', scopes: ['sessions:read'] }));
    await page.keyboard.press('Enter');
    await expect.poll(() => listedNames(page)).toEqual(['Session of bob']);
    expect(await page.locator('body').textContent()).not.toContain('Session of ann');
  });

  it('names the scope that a token lacks', async () => {
    const explorer = await serve(ISOLATING_SETTINGS);
    const page = await openExplorer(explorer);
    await page.getByLabel('Key or token').fill(hs256Token({ sub: 'ann', scopes: ['agents:read'] }));
    await page.keyboard.press('Enter');
    await page.getByText('Your token may not read the sessions').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('sessions:read');
    await expectAccessible(page);
  });
});

describe('an outage', () => {
  it('is shown while the database is down, and ends by itself', async () => {
    const explorer = await serve({ AGNO_CONNECT_TIMEOUT_MS: '500' });
    await explorer.store({ session_id: 'one', session_name: 'First' });
    await explorer.database.goDown();
    const page = await openExplorer(explorer);
    await page.getByText('The database is not available').first().waitFor();
    await expectAccessible(page);
    await explorer.database.comeBack();
    await sessionLink(page, 'First').waitFor();
  });
});
