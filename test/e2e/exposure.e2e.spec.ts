import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, unreachableDsn } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

describe('the service on an untrusted network', () => {
  let service: ServerProcess;

  beforeAll(async () => {
    service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify({ main: (await createScratchDatabase()).dsn, away: await unreachableDsn() }),
      AGNO_CORS_ORIGINS: 'https://chat.example.com',
      AGNO_OPEN_ROUTES: 'none',
      OS_SECURITY_KEY: 'key-of-the-operator',
    });
  });
  afterAll(() => service.stop());

  it.each(['/metrics', '/docs', '/docs/start.js', '/openapi.json', '/redoc', '/sessions', '/nowhere'])(
    'responds 401 to GET %s without a token when AGNO_OPEN_ROUTES is none',
    async (path) => {
      expect((await call(service.baseUrl, path)).status).toBe(401);
    },
  );

  it('allows only the configured CORS origin, in requests and in preflights', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'https://chat.example.com.evil.example',
      'http://chat.example.com',
    ]) {
      const headers = { origin, authorization: 'Bearer key-of-the-operator' };
      const plain = await call(service.baseUrl, '/sessions', { headers });
      const preflight = await call(service.baseUrl, '/sessions', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'DELETE' },
      });
      expect([plain.headers.get('access-control-allow-origin'), plain.headers.get('vary')]).toEqual([null, 'Origin']);
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([400, null]);
    }
    const allowed = await call(service.baseUrl, '/sessions', { headers: { origin: 'https://chat.example.com' } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://chat.example.com');
  });

  it('refuses to start with the CORS origin *, because any origin could send credentials', async () => {
    const env = { AGNO_PG_DSN: 'postgresql://x/y', AGNO_CORS_ORIGINS: '*' };
    await expect(startSessionService(env)).rejects.toThrow(/AGNO_CORS_ORIGINS must be origins/);
  });

  it('refuses to start with a blank security key, because the service would be open to all clients', async () => {
    const env = { AGNO_PG_DSN: (await createScratchDatabase()).dsn, OS_SECURITY_KEY: '' };
    await expect(startSessionService(env)).rejects.toThrow(/OS_SECURITY_KEY must not be blank/);
  });

  it('discloses neither names of databases nor reasons of failures in /readyz without a token', async () => {
    expect((await call(service.baseUrl, '/readyz')).json).toEqual({ status: 'degraded' });
  });
});
