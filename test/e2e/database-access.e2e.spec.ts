import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { HMAC_SECRET, hs256Token } from '../support/signed-tokens.js';

describe('the service with AGNO_DB_ACCESS', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({
        eu: (await createScratchDatabase()).dsn,
        us: (await createScratchDatabase()).dsn,
        lab: (await createScratchDatabase()).dsn,
      }),
      JWT_VERIFICATION_KEY: HMAC_SECRET,
      JWT_ALGORITHM: 'HS256',
      AGNO_DB_ACCESS: JSON.stringify({
        eu: { scopes: ['db:eu'] },
        us: { claims: { tenant: ['acme', 'apex'] } },
        '*': { scopes: ['db:lab'], claims: { role: ['scientist'] } },
      }),
    });
  });
  afterAll(() => service.stop());

  const ask = (claims: object, query: string) =>
    call(service.baseUrl, `/sessions${query}`, { headers: { authorization: `Bearer ${hs256Token(claims)}` } });

  it.each([
    [{ scopes: ['db:eu'] }, ['eu']],
    [{ scopes: 'db:eu' }, ['eu']],
    [{ tenant: 'acme' }, ['us']],
    [{ tenant: ['other', 'apex'] }, ['us']],
    [{ tenant: 'ACME' }, []],
    [{ role: 'scientist', scopes: ['db:eu'] }, ['eu', 'lab']],
    [{ scopes: ['agent_os:admin'] }, []],
    [{ scopes: ['db:*', '*'] }, []],
    [{ tenant: ['acme', 7] }, []],
    [{}, []],
  ])('gives a token with the claims %j access to exactly the databases %j', async (claims, expected) => {
    const reached = [];
    for (const id of ['eu', 'us', 'lab']) {
      const reply = await ask(claims, `?db_id=${id}`);
      if (reply.status === 200) reached.push(id);
      else expect([reply.status, reply.json]).toEqual([404, { detail: `No database found with id '${id}'` }]);
    }
    expect(reached).toEqual(expected);
  });

  it('responds to reads and writes of a database that the caller may not use as to those of an unknown database', async () => {
    const headers = { authorization: `Bearer ${hs256Token({ scopes: ['db:eu'] })}` };
    for (const [method, path, body] of [
      ['POST', '/sessions', {}],
      ['DELETE', '/sessions/x', undefined],
      ['PATCH', '/sessions/x', {}],
      ['GET', '/sessions/x', undefined],
    ] as const) {
      const responses = [];
      for (const id of ['us', 'nope']) {
        const reply = await call(service.baseUrl, `${path}?db_id=${id}`, {
          method,
          headers,
          ...(body ? { body } : {}),
        });
        responses.push([reply.status, reply.text.replace(id, '')]);
      }
      expect(responses[0]).toEqual(responses[1]);
    }
  });

  it('responds 403 to a request without db_id when the caller may not use the default database', async () => {
    const reply = await ask({ tenant: 'acme' }, '');
    expect([reply.status, reply.json]).toEqual([403, { detail: 'Insufficient permissions for the default database' }]);
    expect((await ask({ scopes: ['db:eu'] }, '')).status).toBe(200);
  });
});
