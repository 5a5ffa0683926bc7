import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

describe('GET /', () => {
  const headers = { authorization: 'Bearer key-of-the-operator' };
  let service: ServerProcess;
  let closed: ServerProcess;

  beforeAll(async () => {
    const env = { AGNO_PG_DSN: (await createScratchDatabase()).dsn, OS_SECURITY_KEY: 'key-of-the-operator' };
    [service, closed] = await Promise.all([
      startSessionService(env),
      startSessionService({ ...env, AGNO_OPEN_ROUTES: 'none' }),
    ]);
  });
  afterAll(() => Promise.all([service.stop(), closed.stop()]));

  it('returns the name of the service and working links, without a token, as in AgentOS', async () => {
    const reply = await call(service.baseUrl, '/?utm=x');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json']);
    const { name, description, version, ...links } = reply.json as Record<string, string>;
    expect({ name, version }).toEqual({ name: 'AgentOS session service', version: expect.stringMatching(/^\d+\.\d+/) });
    expect(description).toContain('/sessions');
    expect(links).toEqual({ health: '/health', sessions: '/sessions', docs: '/docs', openapi: '/openapi.json' });
    for (const path of Object.values(links)) expect((await call(service.baseUrl, path, { headers })).status).toBe(200);
  });

  it('omits the version and the links to the docs when the docs need a token', async () => {
    const { json } = await call(closed.baseUrl, '/');
    expect(Object.keys(json)).toEqual(['name', 'description', 'health', 'sessions']);
  });

  it('allows no other method and no other spelling: POST / gets 405, and GET // gets 404', async () => {
    const reply = await call(service.baseUrl, '/', { method: 'POST', headers });
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await call(service.baseUrl, '//', { headers })).status).toBe(404);
  });
});
