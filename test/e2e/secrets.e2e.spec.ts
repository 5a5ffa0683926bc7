import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import { freePort } from '../support/ports.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { storeAccounts } from '../support/service-account-rows.js';
import { startSessionService } from '../support/session-service.js';
import { hs256Token } from '../support/signed-tokens.js';

const KEY = 'planted-security-key';
const SECRET = 'planted-jwt-secret-0123456789abcdefghij';
const PASSWORD = 'planted-db-password';
const JWT_SETTINGS = { JWT_VERIFICATION_KEY: SECRET, JWT_ALGORITHM: 'HS256' };

/** Sends requests that provoke errors, and returns all responses. */
async function provoke(baseUrl: string, credential: string): Promise<string> {
  let output = '';
  const paths = [
    '/sessions',
    '/sessions?db_id=down',
    '/sessions/x',
    '/sessions/x/runs',
    '/nothing',
    '/healthz',
    '/docs',
  ];
  const headers: Record<string, string>[] = [
    {},
    { authorization: `Bearer ${credential}` },
    { authorization: `Bearer ${credential}x` },
  ];
  for (const path of [...paths, '/openapi.json', '/metrics', '/readyz']) {
    for (const credentials of headers) {
      const reply = await call(baseUrl, path, { headers: { ...credentials, cookie: `access_token=${credential}` } });
      output += `${reply.text}${JSON.stringify([...reply.headers])}`;
    }
  }
  for (const method of ['POST', 'PATCH', 'DELETE', 'PUT']) {
    for (const body of [{}, { session_ids: 1 }, 'text']) {
      const authorization = { authorization: `Bearer ${credential}` };
      output += (
        await call(baseUrl, `/sessions?db_id=down&token=${credential}`, { method, headers: authorization, body })
      ).text;
    }
  }
  return output;
}

describe('secrets', () => {
  let dsns: Readonly<Record<'up' | 'down' | 'refused', string>>;

  beforeAll(async () => {
    const { dsn, sql } = await createScratchDatabase();
    await storeAccounts(
      async (text, values) => sql(text.replace('CREATE TABLE IF', 'CREATE SCHEMA ai; CREATE TABLE IF'), values),
      [],
    );
    await sql(`CREATE ROLE planted LOGIN PASSWORD '${PASSWORD}'`).catch(() => undefined);
    dsns = {
      up: dsn,
      down: `postgresql://planted:${PASSWORD}@127.0.0.1:${await freePort()}/ai`,
      refused: dsn.replace(/\/\/[^@]*@/, `//planted:${PASSWORD}x@`),
    };
  });

  it.concurrent.each([
    ['a security key as credential', { OS_SECURITY_KEY: KEY }, KEY],
    ['a JWT as credential', JWT_SETTINGS, hs256Token({ sub: 'planted-subject' }, { secret: SECRET })],
    ['the token of a service account as credential', { OS_SECURITY_KEY: KEY }, 'agno_pat_planted'],
    [
      'a security key as credential of a service that also accepts JWTs',
      { ...JWT_SETTINGS, OS_SECURITY_KEY: KEY },
      KEY,
    ],
  ])('appear in no response and in no log line, even at level trace: %s', async (_, settings, credential) => {
    const service = await startSessionService({
      AGNO_SESSION_DSN_MAP: JSON.stringify(dsns),
      AGNO_SESSION_REPLICA_MAP: JSON.stringify({ up: [dsns.down, dsns.refused] }),
      LOG_LEVEL: 'trace',
      ...settings,
    });
    const responses = await provoke(service.baseUrl, credential);
    await service.stop();
    const output = responses + service.output();
    expect(service.output()).toContain('"route":"/sessions"');
    for (const secret of [KEY, SECRET, PASSWORD, credential, credential.split('.')[2] ?? credential]) {
      expect(output).not.toContain(secret);
    }
  });

  it('appear in no log line when PostgreSQL rejects a row that contains them', async () => {
    const database = await createScratchDatabase();
    const service = await startSessionService({ AGNO_PG_DSN: database.dsn, LOG_LEVEL: 'trace' });
    await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 'first' } });
    await database.sql('ALTER TABLE ai.agno_sessions ADD CONSTRAINT closed CHECK (false) NOT VALID');
    const body = { session_id: 'second', session_name: SECRET, metadata: { SECRET } };
    const reply = await call(service.baseUrl, '/sessions', { method: 'POST', body });
    await service.stop();
    expect([reply.status, reply.text]).toEqual([500, '{"detail":"Internal Server Error"}']);
    expect(service.output()).toContain('violates check constraint');
    expect(service.output()).not.toContain(SECRET);
  });

  it('appear in no error message of a failed start', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const starts: Record<string, string>[] = [
      { JWT_VERIFICATION_KEY: pem },
      { JWT_VERIFICATION_KEY: `-----BEGIN PUBLIC KEY-----\n${SECRET}\n-----END PUBLIC KEY-----` },
      { AGNO_PG_DSN: `postgresql://planted:${PASSWORD}@[broken/db`, JWT_VERIFICATION_KEY: SECRET },
      { AGNO_SESSION_DSN_MAP: `{"a": "${PASSWORD}"`, OS_SECURITY_KEY: KEY },
    ];
    const failures = starts.map((env) =>
      startSessionService({ AGNO_PG_DSN: 'postgresql://x/y', ...env }).then(
        () => 'it started',
        (error: Error) => error.message,
      ),
    );
    for (const failure of await Promise.all(failures)) {
      expect(failure).toContain('did not start');
      for (const secret of [KEY, SECRET, PASSWORD, pem.split('\n')[1] ?? pem]) expect(failure).not.toContain(secret);
    }
  });
});
