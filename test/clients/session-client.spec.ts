import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionApiError, SessionClient } from '../../libs/session-client/src/index.js';
import { openPage } from '../support/browser.js';
import { BROWSER } from '../support/browser-path.js';
import type { ServerProcess } from '../support/child-process.js';
import { collect } from '../support/collect.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT, startSessionService } from '../support/session-service.js';
import { type ClientProject, createClientProject } from './packed-client.js';
import { type StaticFiles, serveFiles } from './static-files.js';

/** Each comment fails to compile if the line below it has no error. */
const MISTAKES = `
import { SessionClient } from 'agno-session-client';
export const client = new SessionClient({ baseUrl: '' });
export const { session_name } = await client.get('/sessions/{session_id}', { params: { path: { session_id: 's1' } } });
// @ts-expect-error The name is a string.
export const name: number = session_name;
// @ts-expect-error A deletion has no result.
export const deleted: string = await client.delete('/sessions/{session_id}', { params: { path: { session_id: 's1' } } });
// @ts-expect-error Messages of this format have parts.
export const content = (await client.messages('s1', { format: 'ai-sdk' }).pages().next()).value?.data[0]?.content;
// @ts-expect-error There is no such path.
export const page = client.get('/session', {});
// @ts-expect-error There is no such filter.
export const sessions = client.sessions({ usr_id: 'ada' });
// @ts-expect-error The limit is a number.
export const limited = client.sessions({ limit: '20' });
// @ts-expect-error The path has a parameter.
export const detail = client.get('/sessions/{session_id}');
// @ts-expect-error The body must have a name.
export const renamed = client.post('/sessions/{session_id}/rename', { params: { path: { session_id: 's1' } }, body: {} });
`;

/** The TypeScript of the README, each block with the output that follows it. */
const EXAMPLES = documentedExamples();

let database: ScratchDatabase;
let project: ClientProject;
let files: StaticFiles;
let service: ServerProcess;
beforeAll(async () => {
  database = await createScratchDatabase();
  project = await createClientProject();
  files = await serveFiles(project.folder);
  service = await startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_CORS_ORIGINS: files.origin });
});
afterAll(async () => {
  await service.stop();
  files.close();
  rmSync(resolve(project.folder, '..'), { recursive: true });
});

describe('agno-session-client, packed and installed in another project', () => {
  let errors: string;
  beforeAll(async () => {
    const source = (code: string) => code.replaceAll('http://localhost:8080', service.baseUrl);
    const examples = EXAMPLES.map(({ code }, index) => [`example-${index}`, source(code)] as const);
    errors = await project.compile({ ...Object.fromEntries(examples), mistakes: MISTAKES });
  });

  it('contains compiled code, types, its README and the licence', () => {
    const files = readdirSync(join(project.folder, 'node_modules/agno-session-client')).sort();
    expect(files.filter((name) => !/^[\w.-]+\.(js|d\.ts)$/.test(name))).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    expect(files).toEqual(expect.arrayContaining(['index.js', 'index.d.ts']));
  });

  it('lets the compiler reject what the API does not have', () => {
    expect(errors).toBe('');
  });

  it('gives the output that its README documents', async () => {
    expect(EXAMPLES).toHaveLength(5);
    for (const [index, { output }] of EXAMPLES.entries()) expect(await project.run(`example-${index}`)).toBe(output);
  });
});

describe('SessionClient with the service', () => {
  const clientOf = (user: string) => new SessionClient({ baseUrl: service.baseUrl, headers: { 'x-request-id': user } });

  it('walks over all pages of sessions and searches, each session once', async () => {
    const client = clientOf('walk');
    const ids = Array.from({ length: 25 }, (_, index) => `walk-${String(index).padStart(2, '0')}`);
    await Promise.all(ids.map((session_id) => client.post('/sessions', { body: { session_id, user_id: 'walker' } })));
    const idsOf = async (sessions: AsyncIterable<{ session_id: string }>) =>
      (await collect(sessions)).map(({ session_id }) => session_id);
    expect((await idsOf(client.sessions({ user_id: 'walker', limit: 7 }))).sort()).toEqual(ids);
    expect((await idsOf(client.search({ limit: 7 }, { user_id: 'walker' }))).sort()).toEqual(ids);
    const pages = await collect(client.sessions({ user_id: 'walker', limit: 7 }).pages());
    expect(pages.map(({ data }) => data.length)).toEqual([7, 7, 7, 4]);
  });

  it('walks over all runs, previews and messages of a conversation in either direction', async () => {
    const client = clientOf('conversation');
    const ids = await storeConversation(client, 'long', 23);
    for (const order of ['asc', 'desc'] as const) {
      const expected = order === 'asc' ? ids : ids.toReversed();
      const query = { order, limit: 5 };
      expect((await collect(client.runs('long', query))).map(({ run_id }) => run_id)).toEqual(expected);
      expect((await collect(client.runPreviews('long', query))).map(({ run_id }) => run_id)).toEqual(expected);
      const messages = await collect(client.messages('long', query));
      expect(messages.map(({ run_id }) => run_id)).toEqual(expected.flatMap((id) => [id, id]));
    }
    const messages = await collect(client.messages('long', { format: 'ai-sdk', roles: ['user'], limit: 20 }));
    expect(messages.map(({ parts }) => parts[0]?.['text'])).toEqual(ids.map((id) => `Question ${id}`).toReversed());
  });

  it('continues a list at a cursor', async () => {
    const client = clientOf('continue');
    for (const session_id of ['c1', 'c2', 'c3']) {
      await client.post('/sessions', { body: { session_id, user_id: 'reader', metadata: { kind: 'note' } } });
    }
    const query = { user_id: 'reader', limit: 2, 'metadata.kind': 'note' };
    const first = (await client.sessions(query).pages().next()).value;
    const rest = await collect(client.sessions({ ...query, cursor: first?.meta.next_cursor ?? '' }));
    const all = [...(first?.data ?? []), ...rest].map(({ session_id }) => session_id);
    expect(all.sort()).toEqual(['c1', 'c2', 'c3']);
  });

  it('sends names and values of any characters', async () => {
    const client = clientOf('characters');
    const [session_id, key, value] = ['a?b=%41 #é', 'k&user_id=x+y', 'd e+f&"✓'];
    await client.post('/sessions', { body: { session_id, metadata: { [key]: value } } });
    const found = await collect(client.sessions({ [`metadata.${key}`]: value }));
    expect(found.map((session) => session.session_id)).toEqual([session_id]);
    const detail = await client.get('/sessions/{session_id}', { params: { path: { session_id } } });
    expect(detail).toMatchObject({ session_id });
  });

  it.each(['', '.', '..'])('sends no request with the run id "%s", which a URL cannot contain', async (run_id) => {
    const path = { session_id: 'path', run_id };
    const read = clientOf('path').get('/sessions/{session_id}/runs/{run_id}', { params: { path } });
    await expect(read).rejects.toThrow(`run_id must not be "${run_id}"`);
  });

  it('rejects with the detail, the issues and the request id of an error', async () => {
    const client = clientOf('request-7');
    const path = { session_id: 'nobody' };
    await expect(client.get('/sessions/{session_id}', { params: { path } })).rejects.toMatchObject({
      status: 404,
      detail: "Session with id 'nobody' not found",
      issues: [],
      requestId: 'request-7',
    });
    const error = await collect(client.sessions({ limit: 0 })).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SessionApiError);
    expect(error).toMatchObject({
      status: 422,
      detail: 'query.limit: Input should be greater than or equal to 1',
      issues: [{ type: 'greater_than_equal', loc: ['query', 'limit'], input: '0' }],
    });
  });

  it('keeps all of several concurrent changes of a session', async () => {
    const client = clientOf('count');
    const session_state = { count: 0, precise: 1 };
    await client.post('/sessions', { body: { session_id: 'counter', session_state } });
    const increment = () =>
      client.changeSession('counter', (current) => ({
        session_state: { count: Number(current.session_state?.['count']) + 1 },
      }));
    await Promise.all([increment(), increment(), increment()]);
    const path = { session_id: 'counter' };
    expect(await client.get('/sessions/{session_id}', { params: { path } })).toMatchObject({
      session_state: { count: 3, precise: 1 },
    });
    expect(await client.changeSession('counter', () => undefined)).toBeUndefined();
  });

  it('repeats a write until a database that is down is back', async () => {
    let attempts = 0;
    const client = new SessionClient({
      baseUrl: service.baseUrl,
      retry: { maxAttempts: 100 },
      fetch: (request) => {
        attempts++;
        return fetch(request);
      },
    });
    await database.goDown();
    const created = client.post('/sessions', { body: { session_id: 'late', user_id: 'late' } });
    await expect.poll(() => attempts).toBeGreaterThan(1);
    await database.comeBack();
    expect(await created).toMatchObject({ session_id: 'late' });
  });
});

describe.skipIf(BROWSER === undefined)('docs/examples/conversations.html in a browser', () => {
  it('lists sessions, opens one at its newest messages and pages back to its first', async () => {
    const client = new SessionClient({ baseUrl: service.baseUrl });
    const ids = await storeConversation(client, 'shown', 25);
    await storeConversation(client, 'other', 1);
    copyFileSync(resolve(CHECKOUT, 'docs/examples/conversations.html'), join(project.folder, 'conversations.html'));
    const page = await openPage(`${files.origin}/conversations.html?service=${service.baseUrl}`);
    const texts = (selector: string) => page.locator(selector).allTextContents();
    const click = (name: string) => page.getByRole('button', { name }).click();

    await expect.poll(() => texts('#sessions button')).toEqual(expect.arrayContaining(['About shown', 'About other']));
    await click('About shown');
    const all = ids.flatMap((id) => [`Question ${id}`, `Answer ${id}`]);
    for (const count of [20, 40, 50]) {
      await expect.poll(() => texts('#messages li')).toEqual(all.slice(-count));
      expect(await texts('#older:not([hidden])')).toHaveLength(count === 50 ? 0 : 1);
      if (count < 50) await click('Older messages');
    }
    await click('About other');
    await expect.poll(() => texts('#messages li')).toEqual(['Question other-0', 'Answer other-0']);
    expect(await texts('#error')).toEqual(['']);
  });
});

/** Stores a session with runs of one question and one answer each. Returns the ids of the runs. */
async function storeConversation(client: SessionClient, session_id: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${session_id}-${index}`);
  const runs = ids.map((run_id, index) => ({
    run_id,
    agent_id: 'guide',
    created_at: 1_700_000_000 + index,
    messages: [
      { id: `${run_id}-q`, role: 'user', content: `Question ${run_id}`, created_at: 1_700_000_000 + index },
      { id: `${run_id}-a`, role: 'assistant', content: `Answer ${run_id}`, created_at: 1_700_000_000 + index },
    ],
  }));
  await client.post('/sessions', { body: { session_id, session_name: `About ${session_id}`, runs } });
  return ids;
}

function documentedExamples(): { readonly code: string; readonly output: string }[] {
  const text = readFileSync(resolve(CHECKOUT, 'libs/session-client/README.md'), 'utf8');
  const blocks = text.matchAll(/^```ts\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, code = '', output = '']) => ({ code, output }));
}
