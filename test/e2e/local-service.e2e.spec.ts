import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusesConnections } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { freePort } from '../support/ports.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

describe('a service protected against DNS rebinding', () => {
  const services: Record<'local' | 'mapped' | 'public' | 'locked' | 'listed', ServerProcess> = Object.create(null);

  beforeAll(async () => {
    // Blank variables count as unset.
    const env = { AGNO_PG_DSN: (await createScratchDatabase()).dsn, AGNO_SERVICE_HOST: '', AGNO_ALLOWED_HOSTS: '' };
    [services.local, services.mapped, services.public, services.locked, services.listed] = await Promise.all([
      startSessionService(env),
      startSessionService({ ...env, AGNO_SERVICE_HOST: '::ffff:127.0.0.1' }),
      startSessionService({ ...env, AGNO_SERVICE_HOST: '0.0.0.0' }),
      startSessionService({ ...env, OS_SECURITY_KEY: 'key-of-the-operator' }),
      startSessionService({ ...env, AGNO_SERVICE_HOST: '0.0.0.0', AGNO_ALLOWED_HOSTS: 'Chat.example, ::2' }),
    ]);
  });
  afterAll(() => Promise.all(Object.values(services).map((service) => service.stop())));

  it('listens on loopback only when neither authentication nor AGNO_SERVICE_HOST is configured', async () => {
    // On Linux every address of 127.0.0.0/8 is this machine's, so a service on all interfaces accepts connections to
    // it.
    const atOtherAddress = ({ baseUrl }: ServerProcess) => ({ baseUrl: baseUrl.replace('127.0.0.1', '127.0.0.2') });
    expect(await refusesConnections(atOtherAddress(services.local))).toBe(true);
    expect(await refusesConnections(atOtherAddress(services.public))).toBe(false);
  });

  it.each(['localhost', 'LocalHost:8080', '127.0.0.1', '127.8.9.10:1', '[::1]', '[::1]:8080'])(
    'without authentication accepts the Host header %s',
    async (host) => {
      expect(await statusFor(services.local, host)).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'localhost:80@evil.example',
    '[::1].evil.example',
    '[::2]',
    '10.0.0.1',
    '0.0.0.0',
    '127.1.evil',
    ':8080',
  ])('without authentication responds 403 to the Host header %j', async (host) => {
    expect(await statusFor(services.local, host)).toBe(403);
    expect(await statusFor(services.local, host, '/metrics')).toBe(403);
    expect(await statusFor(services.mapped, host)).toBe(403);
  });

  it('checks the host of an absolute URL instead of the Host', async () => {
    const ask = (url: string, host: string) => statusFor(services.local, host, url);
    expect(await ask('http://evil.example/sessions', 'localhost')).toBe(403);
    expect(await ask('http://localhost@evil.example/sessions', 'localhost')).toBe(403);
    expect(await ask('http:///sessions', 'localhost')).toBe(403);
    expect(await ask('http://LOCALHOST:80/sessions', 'evil.example')).toBe(200);
    expect(await ask('http://[::1]?limit=1', 'evil.example')).toBe(200);
  });

  it('accepts the Host headers in AGNO_ALLOWED_HOSTS and rejects others, also when it listens on 0.0.0.0', async () => {
    const statuses = ['chat.example', 'CHAT.example:443', '[::2]:8080', 'localhost', 'evil.example'].map((host) =>
      statusFor(services.listed, host),
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200, 403]);
  });

  it('with authentication checks the Host header only on its management port, and accepts IP addresses there', async () => {
    const port = await freePort();
    const env = { AGNO_PG_DSN: (await createScratchDatabase()).dsn, AGNO_ALLOWED_HOSTS: '' };
    const service = await startSessionService({
      ...env,
      OS_SECURITY_KEY: 'key-of-the-operator',
      AGNO_MANAGEMENT_PORT: String(port),
    });
    try {
      const management = { baseUrl: `http://127.0.0.1:${port}` };
      const statuses = ['evil.example', 'localhost', '10.0.0.1'].map((host) => statusFor(management, host, '/metrics'));
      expect(await Promise.all(statuses)).toEqual([403, 200, 200]);
    } finally {
      await service.stop();
    }
  });

  it('accepts any Host header on its main port when it requires authentication or listens on 0.0.0.0', async () => {
    expect(await statusFor(services.public, 'evil.example')).toBe(200);
    expect(await statusFor(services.locked, 'evil.example')).toBe(401);
  });
});

function statusFor(
  { baseUrl }: Pick<ServerProcess, 'baseUrl'>,
  host: string,
  path = '/sessions',
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(baseUrl, { path, headers: { host } });
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.end();
  });
}
