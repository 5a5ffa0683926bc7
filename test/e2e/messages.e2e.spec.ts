import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MessageSchema } from '@ag-ui/core/schemas';
import { safeValidateUIMessages } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT, startSessionService } from '../support/session-service.js';

/** Databases that agno has written, with every kind of run: see test/contract/README.md. */
const SEEDS = ['v3', 'v2', 'v20', 'v22', 'mixed'];
const FORMATS = ['agno', 'ai-sdk', 'ag-ui'];
const INCLUDES = [
  '',
  '&include=tools',
  '&include=tools,members,reasoning',
  '&roles=user,assistant,system,developer,tool',
];

type Json = Record<string, unknown>;

interface Page {
  readonly data: (Json & { id: string })[];
  readonly meta: { readonly next_cursor: string | null; readonly prev_cursor: string | null };
}

describe('the messages of sessions that agno has stored', () => {
  let service: ServerProcess;
  const ids = new Map<string, readonly string[]>();

  beforeAll(async () => {
    const dsns: Record<string, string> = {};
    for (const seed of SEEDS) {
      const database = await createScratchDatabase();
      await database.sql(readFileSync(resolve(CHECKOUT, `test/contract/recorded/seed-${seed}.sql`), 'utf8'));
      const rows = await database.sql<{ session_id: string }>('SELECT session_id FROM ai.agno_sessions');
      // A slash separates the segments of a path.
      ids.set(
        seed,
        rows.map(({ session_id }) => session_id).filter((id) => !id.includes('/')),
      );
      dsns[seed] = database.dsn;
    }
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(dsns) });
  });
  afterAll(() => service.stop());

  const get = async <Body>(seed: string, id: string, path: string): Promise<Body> => {
    const url = `/sessions/${encodeURIComponent(id)}${path}${path.includes('?') ? '&' : '?'}db_id=${seed}`;
    const { status, text, json } = await call(service.baseUrl, url);
    expect(`${status} ${text}`).toMatch(/^200/);
    return json;
  };

  const messages = async (seed: string, id: string, query: string): Promise<Page['data']> => {
    const page = await get<Page>(seed, id, `/messages?limit=1000&order=asc${query}`);
    expect(page.meta).toEqual({ next_cursor: null, prev_cursor: null });
    return page.data;
  };

  describe.each(SEEDS)('in %s', (seed) => {
    it('are those of the chat history, with their run', async () => {
      let count = 0;
      for (const id of ids.get(seed) ?? []) {
        const { chat_history = [] } = await get<{ chat_history?: Json[] }>(seed, id, '');
        const isWorkflow = id.startsWith('flow') || id === 'live-flow';
        const shown = await messages(seed, id, '');
        if (!isWorkflow) expect(shown).toEqual(chat_history.map((message) => expect.objectContaining(message)));
        for (const message of shown) expect(message).toHaveProperty('run_id', expect.any(String));
        count += chat_history.length;
      }
      expect(count).toBeGreaterThan(50);
    });

    it.each(INCLUDES)('are UIMessages of the AI SDK and messages of AG-UI%s', async (include) => {
      for (const id of ids.get(seed) ?? []) {
        const uiMessages = await messages(seed, id, `&format=ai-sdk${include}`);
        const result = uiMessages.length === 0 || (await safeValidateUIMessages({ messages: uiMessages }));
        if (result !== true) expect(result).toMatchObject({ success: true });
        for (const message of await messages(seed, id, `&format=ag-ui${include}`)) MessageSchema.parse(message);
      }
    });

    it.each(FORMATS)('are the same in pages, each with an id of its own, as %s', async (format) => {
      for (const id of ids.get(seed) ?? []) {
        const query = `&format=${format}&include=tools,members,reasoning`;
        const all = await messages(seed, id, query);
        expect(new Set(all.map((message) => message.id)).size).toBe(all.length);
        const paged: Json[] = [];
        for (let cursor: string | null = ''; cursor !== null; ) {
          const page: Page = await get(seed, id, `/messages?limit=3&cursor=${cursor}${query}`);
          paged.push(...page.data);
          cursor = page.meta.next_cursor;
        }
        expect(paged.reverse()).toEqual(all);
      }
    });
  });

  it.each(['agent-members', 'team-plain', 'agent-rich', 'flow-text'])(
    'of %s are the same in all layouts',
    async (id) => {
      const [first, ...others] = await Promise.all(
        ['v3', 'v2'].map((seed) => messages(seed, id, '&format=ai-sdk&include=tools,members,reasoning')),
      );
      for (const other of others) expect(other).toEqual(first);
    },
  );

  it('contain those of members once, although agno stores them as runs and inside of the run of their team', async () => {
    for (const seed of SEEDS) {
      const shown = await messages(seed, 'team-plain', '&include=members');
      const runIds = shown.map((message) => message['run_id']);
      for (const run of ['run-team-1', 'run-member', 'run-inner-team']) {
        expect(runIds.filter((id) => id === run)).toHaveLength(2);
      }
    }
  });

  const statusOf = async (path: string): Promise<readonly [number, unknown]> => {
    const { status, text } = await call(service.baseUrl, path);
    return [status, text === '' ? text : JSON.parse(text)];
  };

  it('are 404 for a session that does not exist, with any cursor of another one 400', async () => {
    const missing = { detail: 'Session with ID none not found' };
    expect(await statusOf('/sessions/none/messages?db_id=v3')).toEqual([404, missing]);
    expect(await statusOf('/sessions/agent-rich/messages?db_id=v3&user_id=bob')).toMatchObject([404, {}]);
    const { meta } = await get<Page>('v3', 'agent-rich', '/messages?limit=1');
    expect(await statusOf(`/sessions/none/messages?db_id=v3&cursor=${meta.next_cursor}`)).toMatchObject([400, {}]);
  });

  it('reject a cursor with other parameters, but take it with another limit', async () => {
    const list = '/messages?db_id=v3&format=ag-ui&include=tools';
    const { meta } = await get<Page>('v3', 'agent-rich', `${list}&limit=2`);
    const next = (path: string) => statusOf(`/sessions/agent-rich${path}&cursor=${meta.next_cursor}`);
    expect(await next(`${list}&limit=1`)).toMatchObject([200, {}]);
    for (const other of [
      ...[`${list}&order=asc`, `${list}&roles=user`, `${list}&type=agent`, `${list}&user_id=ann`],
      ...[`${list},reasoning`, list.replace('ag-ui', 'agno'), list.replace('v3', 'mixed')],
    ]) {
      expect([other, ...(await next(other))]).toMatchObject([other, 400, { detail: expect.any(String) }]);
    }
  });

  it('reject parameters that are not valid with 422, other methods with 405', async () => {
    const invalid = await statusOf('/sessions/agent-rich/messages?limit=0&format=x&roles=user,bot');
    expect(invalid).toMatchObject([
      422,
      {
        detail: [{ loc: ['query', 'limit'] }, { loc: ['query', 'format'] }, { loc: ['query', 'roles'], input: 'bot' }],
      },
    ]);
    const { status, headers } = await call(service.baseUrl, '/sessions/agent-rich/messages', { method: 'POST' });
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
  });
});
