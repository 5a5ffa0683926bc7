import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLayoutDatabases, LAYOUT_NAMES, type LayoutDatabases } from '../support/layout-databases.js';
import { startSessionService } from '../support/session-service.js';
import { hs256Token, ISOLATING_SETTINGS } from '../support/signed-tokens.js';

const ALL = ['sessions:read', 'sessions:write', 'sessions:delete'];
const DO_NOTHING = '/sessions?if_exists=do_nothing';
const TAKEN = {
  detail:
    'Could not create a session with the supplied session_id. Omit session_id to have one generated, or choose a different one.',
};

describe('POST /sessions?if_exists', () => {
  let databases: LayoutDatabases;
  let open: ServerProcess;
  let isolated: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    const env = { AGNO_SESSION_DSN_MAP: databases.dsnMap };
    [open, isolated] = await Promise.all([
      startSessionService(env),
      startSessionService({
        ...env,
        ...ISOLATING_SETTINGS,
      }),
    ]);
  });
  afterAll(() => Promise.all([open.stop(), isolated.stop()]));

  const post = (path: string, body: object) => call(open.baseUrl, path, { method: 'POST', body });
  const as = (sub: string, path: string, body: object, scopes: readonly string[] = ALL) =>
    call(isolated.baseUrl, path, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${hs256Token({ sub, scopes })}` },
    });

  describe.each(LAYOUT_NAMES)('on a %s database', (layout) => {
    const url = `${DO_NOTHING}&db_id=${layout}`;
    const run = (id: string) => ({
      run_id: id,
      agent_id: 'a',
      messages: [{ id: `m-${id}`, role: 'user', content: 'first', created_at: 1 }],
    });

    it('creates a new session with 201, and then responds 200 with the existing one and stores nothing', async () => {
      const body = { session_id: 'kept', agent_id: 'a', session_state: { n: 1 }, runs: [run(`r-${layout}`)] };
      const created = await post(url, body);
      expect([created.status, created.json]).toMatchObject([201, { session_name: 'first', session_state: { n: 1 } }]);
      const other = {
        session_id: 'kept',
        session_name: 'other',
        session_state: {},
        metadata: { a: 1 },
        runs: [run('x')],
      };
      const again = await post(url, other);
      expect([again.status, again.text]).toEqual([200, created.text]);
      const rows = await databases[layout].sql('SELECT session_data FROM ai.agno_sessions');
      expect(rows).toEqual([{ session_data: { session_state: { n: 1 } } }]);
      expect((await call(open.baseUrl, `/sessions/kept/runs?db_id=${layout}`)).json).toHaveLength(1);
    });

    it('responds 409 without the parameter and with `raise`', async () => {
      await post(url, { session_id: 'raised' });
      for (const path of [`/sessions?db_id=${layout}`, `/sessions?if_exists=raise&db_id=${layout}`]) {
        const { status, text } = await post(path, { session_id: 'raised' });
        expect([status, text]).toEqual([
          409,
          `{"detail":"Session with id 'raised' already exists. Use PATCH /sessions/raised to update it."}`,
        ]);
      }
    });

    it('responds once with 201 to many creates at once, and to the others with 200 and the same session', async () => {
      const body = { session_id: 'raced', session_name: 'N', runs: [run(`raced-${layout}`)] };
      const replies = await Promise.all(Array.from({ length: 20 }, () => post(url, body)));
      expect(replies.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
      expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    });

    it("responds 409 to an isolated caller when the session is another user's, as without the parameter", async () => {
      expect((await as('ann', url, { session_id: 'anns', session_name: 'hush' })).status).toBe(201);
      expect((await as('ann', url, { session_id: 'anns', user_id: 'bob' })).json).toMatchObject({ user_id: 'ann' });
      await post(url, { session_id: 'nobodys' });
      for (const session_id of ['anns', 'nobodys']) {
        const reply = await as('bob', url, { session_id, user_id: 'ann' });
        expect([reply.status, reply.json]).toEqual([409, TAKEN]);
      }
    });
  });

  it("responds 409 to an admin and to a named user when the session is another user's", async () => {
    const url = `${DO_NOTHING}&db_id=v3`;
    await post(url, { session_id: 'owned', user_id: 'ann' });
    expect((await post(url, { session_id: 'owned', user_id: 'ann' })).status).toBe(200);
    expect((await post(url, { session_id: 'owned', user_id: 'bob' })).status).toBe(409);
    expect((await as('root', url, { session_id: 'owned' }, ['agent_os:admin'])).status).toBe(409);
    // A request that names no owner, and is not restricted to one, sees every session.
    expect((await post(url, { session_id: 'owned' })).json).toMatchObject({ user_id: 'ann' });
  });

  it('needs the scope of a create, and validates the body first', async () => {
    const url = `${DO_NOTHING}&db_id=v3`;
    await post(url, { session_id: 'valid' });
    expect((await as('ann', url, { session_id: 'valid' }, ['sessions:read'])).status).toBe(403);
    expect((await post(url, { session_id: 'valid', session_name: 5 })).status).toBe(422);
    expect((await post(url, { session_id: 'valid', metadata: { '\ud800': 1 } })).status).toBe(422);
  });

  it.each(['', 'Raise', 'update'])('responds 422 to if_exists=%s', async (value) => {
    const reply = await post(`/sessions?if_exists=${value}&db_id=v3`, { session_id: 'kept' });
    expect(reply.status).toBe(422);
    expect(reply.json).toEqual({
      detail: [
        {
          type: 'enum',
          loc: ['query', 'if_exists'],
          msg: "Input should be 'raise' or 'do_nothing'",
          input: value,
          ctx: { expected: "'raise' or 'do_nothing'" },
        },
      ],
    });
  });
});
