import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { executionCount } from '../support/scraped-metrics.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { storeAccounts } from '../support/service-account-rows.js';
import { startSessionService } from '../support/session-service.js';
import { scaled } from '../support/time-scale.js';

const ALL = ['sessions:read', 'sessions:write', 'sessions:delete'];

describe('service accounts', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({
      AGNO_PG_DSN: database.dsn,
      OS_SECURITY_KEY: 'the-key',
      AGNO_ACCOUNT_CACHE_MS: '300',
      LOG_LEVEL: 'info',
      AGNO_TRUSTED_PROXIES: 'loopback',
    });
  });
  afterAll(() => service.stop());

  const by = (token: string, method = 'GET', path = '/sessions', body?: object, address = '192.0.2.1') =>
    call(service.baseUrl, path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': address },
      ...(body === undefined ? {} : { body }),
    });

  it('are rejected until AgentOS creates their table, then accepted without a restart', async () => {
    expect((await by('agno_pat_bot')).json).toEqual({
      detail: 'Service accounts are not enabled on this AgentOS instance',
    });
    expect((await by('the-key', 'POST', '/sessions', { session_id: 'others', user_id: 'ann' })).status).toBe(201);
    await storeAccounts(database.sql, [
      { name: 'bot', scopes: ALL },
      { name: 'short', scopes: ALL, expiresAt: Math.floor(Date.now() / 1000) + 3600 },
      { name: 'boss', scopes: ['agent_os:admin'] },
    ]);
    expect((await by('agno_pat_bot')).status).toBe(200);
  });

  it('own the sessions they create and, without the admin scope, see no others, even without user isolation', async () => {
    const created = await by('agno_pat_bot', 'POST', '/sessions', { session_id: 'bots', user_id: 'ann' });
    expect(created.json).toMatchObject({ user_id: 'sa:bot' });
    expect((await by('agno_pat_bot', 'GET', '/sessions/others')).status).toBe(404);
    expect((await by('agno_pat_bot', 'GET', '/sessions?user_id=ann')).json).toMatchObject({ meta: { total_count: 1 } });
    expect((await by('agno_pat_boss')).json).toMatchObject({ meta: { total_count: 2 } });
  });

  it('have their last_used_at updated when their token is used', async () => {
    const [row] = await until(async () => {
      const rows = await database.sql("SELECT last_used_at FROM ai.agno_service_accounts WHERE name = 'bot'");
      return rows[0]?.['last_used_at'] === null ? undefined : rows;
    });
    expect(Math.abs(Number(row?.['last_used_at']) - Date.now() / 1000)).toBeLessThan(120);
  });

  it('are rejected after revocation, at the latest when their cache entry expires', async () => {
    expect((await by('agno_pat_short')).status).toBe(200);
    await database.sql("UPDATE ai.agno_service_accounts SET revoked_at = 1760000000 WHERE name = 'short'");
    const refused = await until(async () => {
      const reply = await by('agno_pat_short');
      return reply.status === 401 && reply;
    }, scaled(5_000));
    expect(refused.json).toEqual({ detail: 'Invalid or expired service account token' });
  });

  it('get 429 instead of 401 after 20 wrong tokens from one client address, where valid tokens are still accepted', async () => {
    const wrong = [];
    for (let index = 0; index < 22; index++) {
      wrong.push((await by(`agno_pat_no${index}`, 'GET', '/sessions', undefined, '192.0.2.8')).status);
    }
    expect(wrong).toEqual([...Array.from({ length: 20 }, () => 401), 429, 429]);
    expect((await by('agno_pat_bot', 'GET', '/sessions', undefined, '192.0.2.8')).status).toBe(200);
    expect((await by('agno_pat_no', 'GET', '/sessions', undefined, '192.0.2.9')).status).toBe(401);
  });

  it('cause no query for sessions when the client disconnects before its token is verified', async () => {
    const sessions = await database.lock('ai.agno_sessions');
    const accounts = await database.lock('ai.agno_service_accounts');
    const client = new AbortController();
    const headers = { authorization: 'Bearer agno_pat_boss', 'x-request-id': 'left' };
    const gone = fetch(`${service.baseUrl}/sessions`, { headers, signal: client.signal }).catch(() => undefined);
    await until(async () => (await database.waitersFor('ai.agno_service_accounts')) > 0);
    client.abort();
    await gone;
    await until(async () => service.output().includes('"request_id":"left"'));
    await accounts.release();
    const before = await lists();
    const stays = by('agno_pat_boss');
    await until(async () => (await database.waitersFor('ai.agno_sessions')) > 0);
    await sessions.release();
    expect((await stays).status).toBe(200);
    expect((await by('agno_pat_boss')).status).toBe(200);
    expect(await lists()).toBe(before + 2);
  });

  /** Number of session lists that the service has read from the database. */
  const lists = async () => (await executionCount(service, 'page', { authorization: 'Bearer the-key' })) ?? 0;

  it('get 503 for a token that is not cached while the database is down, and the failure is logged with the request id', async () => {
    await database.goDown();
    const reply = await by('agno_pat_unseen');
    expect([reply.status, reply.text]).toEqual([503, '{"detail":"Authentication is temporarily unavailable"}']);
    const isLogged = new RegExp(
      `"request_id":"${reply.headers.get('x-request-id')}",.*Looking up a service account failed`,
    );
    await until(async () => isLogged.test(service.output()));
    await database.comeBack();
    await until(async () => (await by('agno_pat_bot')).status === 200);
  });
});
