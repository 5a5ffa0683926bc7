import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';
import { HMAC_SECRET, hs256Token, rs256Token } from '../support/signed-tokens.js';

const first = generateKeyPairSync('rsa', { modulusLength: 2048 });
const second = generateKeyPairSync('rsa', { modulusLength: 2048 });

const jwk = (kid: string, key: KeyObject) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' });

describe('a JWKS of an identity provider', () => {
  let provider: Server;
  let service: ServerProcess;
  let keys: object[] = [jwk('one', first.publicKey)];
  let isDown = false;
  let fetches = 0;

  beforeAll(async () => {
    provider = createServer((_request, reply) => {
      fetches++;
      if (isDown) reply.writeHead(500).end();
      else reply.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    service = await startSessionService({
      AGNO_PG_DSN: (await createScratchDatabase()).dsn,
      JWT_JWKS_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks.json`,
    });
  });
  afterEach(() => {
    isDown = false;
  });
  afterAll(async () => {
    await service.stop();
    provider.close();
  });

  const ask = (token: string) => call(service.baseUrl, '/sessions', { headers: { authorization: `Bearer ${token}` } });

  it('is not fetched before the first token, and once for 20 tokens that get 503 because the fetch fails', async () => {
    expect(fetches).toBe(0);
    isDown = true;
    for (let index = 0; index < 20; index++) {
      const reply = await ask(rs256Token({ sub: 'ann' }, first.privateKey, { kid: `kid-${index}` }));
      expect([reply.status, reply.text]).toEqual([503, '{"detail":"Authentication is temporarily unavailable"}']);
    }
    expect(fetches).toBe(1);
    const failures = () => service.output().match(/Fetching the JWKS of .* failed: the status is 500/g);
    await expect.poll(failures).toHaveLength(1);
  });

  it('is fetched again without a restart after a failure, and only once for several tokens', async () => {
    const before = fetches;
    const token = rs256Token({ sub: 'ann' }, first.privateKey, { kid: 'one' });
    await until(async () => (await ask(token)).status === 200);
    for (const sub of ['ann', 'bob', 'zoe']) {
      expect((await ask(rs256Token({ sub }, first.privateKey, { kid: 'one' }))).status).toBe(200);
    }
    expect(fetches - before).toBe(1);
  });

  it('is fetched at most once for 20 tokens with different unknown key ids (kid)', async () => {
    const before = fetches;
    for (let index = 0; index < 20; index++) {
      const reply = await ask(rs256Token({ sub: 'ann' }, second.privateKey, { kid: `unknown-${index}` }));
      expect(reply.json).toEqual({ detail: 'Invalid token: No verification keys configured' });
    }
    expect(fetches - before).toBeLessThanOrEqual(1);
  });

  it('still verifies tokens signed with known keys while the provider is down', async () => {
    isDown = true;
    expect((await ask(rs256Token({ sub: 'new' }, first.privateKey, { kid: 'one' }))).status).toBe(200);
  });

  it('rejects a token whose key id (kid) names another key than the one that signed it', async () => {
    keys = [jwk('one', first.publicKey), jwk('two', second.publicKey)];
    const reply = await ask(rs256Token({ sub: 'ann' }, second.privateKey, { kid: 'one' }));
    expect(reply.json).toEqual({ detail: 'Invalid token: Signature verification failed' });
  });
});

describe('a JWKS file', () => {
  const startWith = async (algorithm: string, keys: readonly object[]) => {
    const path = join(mkdtempSync(join(tmpdir(), 'jwks-')), 'jwks.json');
    writeFileSync(path, JSON.stringify({ keys }));
    const { dsn } = await createScratchDatabase();
    return startSessionService({ AGNO_PG_DSN: dsn, JWT_JWKS_FILE: path, JWT_ALGORITHM: algorithm });
  };
  const ask = async (service: ServerProcess, token: string) =>
    (await call(service.baseUrl, '/sessions', { headers: { authorization: `Bearer ${token}` } })).json;
  const UNKNOWN_KEY = { detail: 'Invalid token: No verification keys configured' };

  it.each([{ use: 'enc' }, { key_ops: ['encrypt'] }])(
    'verifies tokens with its signature key, but not with its encryption key (%j)',
    async (purpose) => {
      const service = await startWith('RS256', [
        { ...second.publicKey.export({ format: 'jwk' }), kid: 'two', ...purpose },
        jwk('one', first.publicKey),
      ]);
      expect(await ask(service, rs256Token({ sub: 'ann' }, second.privateKey, { kid: 'two' }))).toEqual(UNKNOWN_KEY);
      expect(await ask(service, rs256Token({ sub: 'ann' }, first.privateKey, { kid: 'one' }))).toMatchObject({
        data: [],
      });
      await service.stop();
    },
  );

  it('ignores an empty secret, with which any client could sign tokens', async () => {
    const secret = { kty: 'oct', kid: 'one', k: Buffer.from(HMAC_SECRET).toString('base64url') };
    const service = await startWith('HS256', [{ kty: 'oct', kid: 'empty', k: '' }, secret]);
    const forged = hs256Token({ sub: 'ann' }, { secret: '', header: { kid: 'empty' } });
    expect(await ask(service, forged)).toEqual(UNKNOWN_KEY);
    expect(await ask(service, hs256Token({ sub: 'ann' }, { header: { kid: 'one' } }))).toMatchObject({ data: [] });
    await service.stop();
  });
});
