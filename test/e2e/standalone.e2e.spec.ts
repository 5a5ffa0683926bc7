import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiResponse, call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { storeAccounts } from '../support/service-account-rows.js';
import { startSessionService } from '../support/session-service.js';
import { HMAC_SECRET, hs256Token } from '../support/signed-tokens.js';

const ROUTES = ['/config', '/agents', '/teams', '/workflows', '/info'];
const LISTS = ['agents', 'teams', 'workflows'] as const;
const JWT = { JWT_VERIFICATION_KEY: HMAC_SECRET, JWT_ALGORITHM: 'HS256', AGNO_AUTHORIZATION: 'true' };

/** Sessions by database: the type and id of the component, and the user. */
const SESSIONS = {
  eu: ['agent:guide:ann', 'agent:guide:bob', 'agent:scout:bob', 'team:crew:ann', 'workflow:flow:bob'],
  us: ['agent:guide:ann', 'team:squad:bob'],
};

type Listed = { readonly id: string; readonly name: string; readonly db_id: string };
type Config = Record<(typeof LISTS)[number], Listed[]> & {
  readonly databases: string[];
  readonly os_database?: string;
  readonly session: { readonly dbs: { readonly db_id: string; readonly tables: string[] }[] };
};

describe('the service without an AgentOS', () => {
  const databases = new Map<string, ScratchDatabase>();
  const services: ServerProcess[] = [];
  let open: ServerProcess;

  const serve = async (env: Record<string, string> = {}) => {
    const dsns = Object.fromEntries([...databases].map(([id, { dsn }]) => [id, dsn]));
    const service = await startSessionService({ AGNO_SESSION_DSN_MAP: JSON.stringify(dsns), ...env });
    services.push(service);
    return service;
  };

  beforeAll(async () => {
    for (const id of Object.keys(SESSIONS)) databases.set(id, await createScratchDatabase());
    open = await serve();
    for (const [dbId, sessions] of Object.entries(SESSIONS)) {
      for (const session of sessions) {
        const [type, id, user_id] = session.split(':');
        const body = { session_id: session, [`${type}_id`]: id, user_id };
        await call(open.baseUrl, `/sessions?type=${type}&db_id=${dbId}`, { method: 'POST', body });
      }
    }
    await databases
      .get('eu')
      ?.sql(`UPDATE ai.agno_sessions SET agent_data = '{"name": "The guide"}' WHERE session_id = 'agent:guide:bob'`);
  });
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const token = (sub: string, ...scopes: string[]) => bearer(hs256Token({ sub, scopes }));
  /** The components of a list, or of the lists of `/config`, as `db_id/id`. */
  const idsOf = ({ json }: ApiResponse, list?: (typeof LISTS)[number]) =>
    (list === undefined ? (json as Listed[]) : (json as Config)[list]).map(({ db_id, id }) => `${db_id}/${id}`);

  it('describes the databases and their components in /config', async () => {
    const config = await call(open.baseUrl, '/config');
    expect([config.status, config.headers.get('content-type')]).toEqual([200, 'application/json']);
    const dbs = ['eu', 'us'].map((id) => ({
      db_id: id,
      domain_config: { display_name: id },
      tables: ['agno_sessions'],
    }));
    expect(config.json).toEqual({
      os_id: 'agno-session-service',
      available_models: [],
      os_database: 'eu',
      databases: ['eu', 'us'],
      session: { dbs },
      queue: { durable: false, queue_per_session: false },
      agents: [
        { id: 'guide', name: 'The guide', db_id: 'eu', sandboxed: false },
        { id: 'scout', name: 'scout', db_id: 'eu', sandboxed: false },
        { id: 'guide', name: 'guide', db_id: 'us', sandboxed: false },
      ],
      teams: [
        { id: 'crew', name: 'crew', db_id: 'eu', sandboxed: false },
        { id: 'squad', name: 'squad', db_id: 'us', sandboxed: false },
      ],
      workflows: [{ id: 'flow', name: 'flow', db_id: 'eu', is_factory: false, is_component: false, sandboxed: false }],
      interfaces: [],
      company: null,
    });
  });

  it('lists agents, teams and workflows in the form of AgentOS', async () => {
    const plain = { is_factory: false, is_component: false, sandboxed: false };
    const sessions = { session_table: 'agno_sessions' };
    expect((await call(open.baseUrl, '/agents')).json).toEqual([
      { id: 'guide', name: 'The guide', db_id: 'eu', filesystem: false, sessions, ...plain },
      { id: 'scout', name: 'scout', db_id: 'eu', filesystem: false, sessions, ...plain },
      { id: 'guide', name: 'guide', db_id: 'us', filesystem: false, sessions, ...plain },
    ]);
    expect((await call(open.baseUrl, '/teams/?user_id=ann')).json).toEqual([
      { id: 'crew', name: 'crew', db_id: 'eu', sessions, ...plain },
      { id: 'squad', name: 'squad', db_id: 'us', sessions, ...plain },
    ]);
    expect((await call(open.baseUrl, '/workflows')).json).toEqual([
      { id: 'flow', name: 'flow', db_id: 'eu', ...plain },
    ]);
  });

  it('identifies itself in /info', async () => {
    expect((await call(open.baseUrl, '/info')).json).toEqual({
      os_id: 'agno-session-service',
      name: 'AgentOS session service',
      os_version: '1.0.0',
      agno_version: '3.1.10',
      agent_count: 3,
      team_count: 2,
      workflow_count: 1,
      mcp: { enabled: false, path: null, oauth: null, tool_run_endpoint: false },
      auth_mode: 'none',
      user_isolation: false,
    });
  });

  it('accepts the table that /config names, even before the table exists', async () => {
    databases.set('new', await createScratchDatabase());
    const service = await serve();
    databases.delete('new');
    const { session } = (await call(service.baseUrl, '/config')).json as Config;
    for (const { db_id, tables } of session.dbs) {
      expect((await call(service.baseUrl, `/sessions?db_id=${db_id}&table=${tables[0]}`)).status).toBe(200);
    }
    expect(session.dbs.map(({ db_id }) => db_id)).toEqual(['eu', 'us', 'new']);
  });

  it('responds 405 to other methods, and 404 to other paths', async () => {
    for (const path of ROUTES) {
      for (const method of ['HEAD', 'POST', 'DELETE', 'PATCH', 'PUT', 'OPTIONS']) {
        const reply = await call(open.baseUrl, path, { method });
        expect([method, reply.status, reply.headers.get('allow')]).toEqual([method, 405, 'GET']);
      }
    }
    for (const path of [
      '/agents/guide',
      '/Config',
      '/config/x',
      '//agents',
      '/sessions/x/media/',
      '/sessions/x/media',
    ]) {
      const reply = await call(open.baseUrl, path);
      expect([path, reply.status, reply.text]).toEqual([path, 404, '{"detail":"Not Found"}']);
    }
  });

  it('has none of these routes with AGNO_STANDALONE=false', async () => {
    const service = await serve({ ...JWT, AGNO_STANDALONE: 'false' });
    for (const path of ROUTES) {
      for (const method of ['GET', 'POST', 'HEAD']) {
        expect([path, (await call(service.baseUrl, path, { method, ...token('ann') })).status]).toEqual([path, 404]);
      }
    }
    const documented = Object.keys(((await call(service.baseUrl, '/openapi.json')).json as { paths: object }).paths);
    expect(documented.filter((path) => ROUTES.includes(path))).toEqual([]);
    expect((await call(service.baseUrl, '/sessions/x/media/key', token('ann', 'sessions:read'))).status).toBe(503);
  });

  it('needs the security key, except for /info, which then counts nothing', async () => {
    const { baseUrl } = await serve({ OS_SECURITY_KEY: 'the-key' });
    for (const path of ROUTES.slice(0, -1)) {
      expect((await call(baseUrl, path)).status).toBe(401);
      expect((await call(baseUrl, path, bearer('wrong'))).status).toBe(401);
    }
    expect(idsOf(await call(baseUrl, '/agents', bearer('the-key')))).toEqual(['eu/guide', 'eu/scout', 'us/guide']);
    expect((await call(baseUrl, '/config', bearer('the-key'))).json).toMatchObject({ databases: ['eu', 'us'] });
    expect((await call(baseUrl, '/info')).json).toMatchObject({ auth_mode: 'security_key', agent_count: 0 });
  });

  describe('with scopes', () => {
    let baseUrl: string;
    beforeAll(async () => {
      ({ baseUrl } = await serve(JWT));
    });

    it('needs the scope of the route', async () => {
      for (const [path, scope] of [
        ['/config', 'config:read'],
        ['/agents', 'agents:read'],
        ['/teams', 'teams:read'],
        ['/workflows', 'workflows:read'],
      ] as const) {
        expect((await call(baseUrl, path)).status).toBe(401);
        for (const caller of [token('ann'), token('ann', 'sessions:read', 'metrics:read', scope.toUpperCase())]) {
          const { status, text } = await call(baseUrl, path, caller);
          expect([status, text]).toEqual([403, `{"detail":"Insufficient permissions. Required scope(s): ${scope}"}`]);
        }
        for (const granted of [scope, scope.replace(':', ':*:'), scope.replace(':', '::'), 'agent_os:admin']) {
          expect([granted, (await call(baseUrl, path, token('ann', granted))).status]).toEqual([granted, 200]);
        }
      }
      expect((await call(baseUrl, '/config', token('ann', 'system:read'))).status).toBe(200);
      expect((await call(baseUrl, '/config', token('ann', 'config:x:read'))).status).toBe(403);
      expect((await call(baseUrl, '/agents', { ...token('ann'), method: 'POST' })).text).toContain('agents:write');
      expect((await call(baseUrl, '/info')).json).toMatchObject({ auth_mode: 'jwt', team_count: 0 });
    });

    it('shows only the components that scopes name', async () => {
      expect(idsOf(await call(baseUrl, '/agents', token('ann', 'agents:scout:read')))).toEqual(['eu/scout']);
      expect(idsOf(await call(baseUrl, '/agents', token('ann', 'agents:nobody:read')))).toEqual([]);
      expect((await call(baseUrl, '/agents', token('ann', 'agents:scout:run'))).status).toBe(403);
      const config = await call(baseUrl, '/config', token('ann', 'config:read', 'agents:scout:read', 'teams:read'));
      expect(LISTS.map((list) => idsOf(config, list))).toEqual([['eu/scout'], ['eu/crew', 'us/squad'], []]);
    });
  });

  it('shows an isolated user only the components of their own sessions', async () => {
    await databases.get('eu')?.sql('DROP TABLE IF EXISTS ai.agno_service_accounts');
    const accounts = [{ name: 'bot', scopes: ['config:read', 'agents:read'] }];
    await storeAccounts(async (text, values) => databases.get('eu')?.sql(text, values), accounts);
    const { baseUrl } = await serve({ ...JWT, AGNO_USER_ISOLATION: 'true' });
    const all = LISTS.map((list) => `${list}:read`);
    const listsOf = async (user: string, path = '/config', ...scopes: string[]) => {
      const reply = await call(baseUrl, path, token(user, 'config:read', ...all, ...scopes));
      return LISTS.map((list) => idsOf(reply, list));
    };
    const ann = [['eu/guide', 'us/guide'], ['eu/crew'], []];
    const bob = [['eu/guide', 'eu/scout'], ['us/squad'], ['eu/flow']];
    // Each twice: once found, once remembered.
    for (const [user, lists] of [
      ['ann', ann],
      ['bob', bob],
      ['ann', ann],
      ['bob', bob],
      ['zoe', [[], [], []]],
    ] as const) {
      expect([user, await listsOf(user)]).toEqual([user, lists]);
    }
    expect(await listsOf('ann', '/config?user_id=bob')).toEqual(ann);
    const everything = [['eu/guide', 'eu/scout', 'us/guide'], ['eu/crew', 'us/squad'], ['eu/flow']];
    expect(await listsOf('ann', '/config', 'agent_os:admin')).toEqual(everything);
    expect(idsOf(await call(baseUrl, '/agents', bearer('agno_pat_bot')))).toEqual([]);
    for (const path of ['/config', '/agents']) {
      const { status, text } = await call(baseUrl, path, token('', 'config:read', ...all));
      expect([status, text]).toEqual([403, '{"detail":"Authenticated request is missing a user identity"}']);
    }
    // The name is in a session of bob.
    const { json } = await call(baseUrl, '/agents', token('ann', ...all));
    expect((json as Listed[])[0]).toMatchObject({ id: 'guide', name: 'guide' });
  });

  it('shows only the databases that AGNO_DB_ACCESS opens to the caller', async () => {
    const access = { eu: { scopes: ['db:eu'] }, us: { scopes: ['db:us'] } };
    const { baseUrl } = await serve({ ...JWT, AGNO_DB_ACCESS: JSON.stringify(access) });
    const scopes = ['config:read', 'agents:read', 'teams:read', 'workflows:read'];
    const us = await call(baseUrl, '/config', token('ann', 'db:us', ...scopes));
    expect(us.text).not.toContain('"eu"');
    expect(us.json).toMatchObject({ databases: ['us'], session: { dbs: [{ db_id: 'us' }] } });
    expect(LISTS.map((list) => idsOf(us, list))).toEqual([['us/guide'], ['us/squad'], []]);
    expect(idsOf(await call(baseUrl, '/teams', token('ann', 'db:eu', ...scopes)))).toEqual(['eu/crew']);
    const none = await call(baseUrl, '/config', token('ann', ...scopes));
    expect(none.json).toMatchObject({ databases: [], session: { dbs: [] }, agents: [] });
    expect((await call(baseUrl, '/agents', token('ann', ...scopes))).text).toBe('[]');
  });
});
