import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { HttpProblem } from '@session-service/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rs256Token } from '../../../test/support/signed-tokens.js';
import { RemoteJwks } from './remote-jwks.js';
import { TokenVerifier } from './token-verifier.js';
import { combinedKeys, fixedKeys, type KeySource } from './verification-keys.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const UNAVAILABLE = '503 "Authentication is temporarily unavailable"';
const UNKNOWN = '401 "Invalid token: No verification keys configured"';
const BAD_SIGNATURE = '401 "Invalid token: Signature verification failed"';

const first = generateKeyPairSync('rsa', { modulusLength: 2048 });
const second = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = (kid: string, { publicKey }: KeyPairKeyObjectResult, members: object = {}) => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  ...members,
});

describe('the key set of an identity provider', () => {
  let provider: Server;
  let requests: string[];
  let warnings: string[];
  let respond: RequestListener;
  let keys: KeySource;

  const serve = (...set: object[]): void => {
    respond = (_request, response) => response.end(JSON.stringify({ keys: set }));
  };
  const fail = () => {
    respond = (_request, response) => response.writeHead(500).end();
  };
  /** The result for a token: `accepted`, or the status and detail of the rejection. */
  const verify = async (kid: string | undefined, { privateKey } = first, source = keys): Promise<string> => {
    const claims = {
      userIdClaim: 'sub',
      scopesClaim: 'scopes',
      audienceClaim: 'aud',
      audiences: [],
      issuer: undefined,
    };
    const from = { source: 'header', cookieName: 'access_token' } as const;
    const options = { algorithm: 'RS256', keys: source, leewaySeconds: 10, ...claims, ...from } as const;
    const token = rs256Token({ sub: 'ann' }, privateKey, kid === undefined ? {} : { kid });
    try {
      await new TokenVerifier(options).verify(token, Date.now() / SECOND);
      return 'accepted';
    } catch (error) {
      if (error instanceof HttpProblem) return `${error.status} ${error.detail}`;
      throw error;
    }
  };

  beforeAll(async () => {
    provider = createServer((request, response) => {
      requests.push(request.url ?? '');
      respond(request, response);
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
  });
  afterAll(() => {
    provider.closeAllConnections();
    provider.close();
  });
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
    requests = [];
    warnings = [];
    vi.spyOn(Logger.prototype, 'warn').mockImplementation((text: string) => warnings.push(text));
    keys = new RemoteJwks(new URL(`http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys`), 'RS256');
    serve(jwk('one', first));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is fetched once per 10 s while the provider fails, however many tokens arrive, and each failure is logged once', async () => {
    fail();
    const kids = Array.from({ length: 10 }, (_, index) => `kid-${index}`);
    expect(new Set(await Promise.all(kids.map((kid) => verify(kid))))).toEqual(new Set([UNAVAILABLE]));
    for (const kid of [...kids, undefined]) expect(await verify(kid)).toBe(UNAVAILABLE);
    expect([requests.length, warnings.length]).toEqual([1, 1]);
    expect(warnings[0]).toMatch(/^Fetching the JWKS of http:\/\/127\.0\.0\.1:\d+ failed: the status is 500$/);

    vi.advanceTimersByTime(10 * SECOND);
    for (const kid of kids) expect(await verify(kid)).toBe(UNAVAILABLE);
    expect([requests.length, warnings.length]).toEqual([2, 2]);

    serve(jwk('one', first));
    vi.advanceTimersByTime(10 * SECOND);
    expect(await verify('one')).toBe('accepted');
  });

  it('stays in use for a day while the provider fails, and no longer', async () => {
    expect(await verify('one')).toBe('accepted');
    fail();
    vi.advanceTimersByTime(23 * HOUR);
    expect(await verify('one')).toBe('accepted');
    expect(await verify('one', second)).toBe(BAD_SIGNATURE);
    expect(requests).toHaveLength(2);
    vi.advanceTimersByTime(HOUR);
    expect(await verify('one')).toBe(UNAVAILABLE);
  });

  it('causes 503, not 401, for a token of an unknown key as long as it cannot be fetched again', async () => {
    expect(await verify('two', second)).toBe(UNKNOWN);
    fail();
    vi.advanceTimersByTime(30 * SECOND);
    expect(await verify('two', second)).toBe(UNAVAILABLE);
    expect(await verify('two', second)).toBe(UNAVAILABLE);
    expect(await verify(undefined, second)).toBe(UNAVAILABLE);
    expect(await verify('one')).toBe('accepted');
    serve(jwk('one', first), jwk('two', second));
    vi.advanceTimersByTime(10 * SECOND);
    expect(await verify('two', second)).toBe('accepted');
    expect(await verify('three', second)).toBe(UNKNOWN);
  });

  it('is fetched again after ten minutes, so that a removed key stops working', async () => {
    expect(await verify('one')).toBe('accepted');
    serve(jwk('two', second));
    vi.advanceTimersByTime(10 * MINUTE);
    expect(await verify('one')).toBe(UNKNOWN);
  });

  it('is not needed for a token that JWT_VERIFICATION_KEY can verify while the provider fails', async () => {
    fail();
    const source = combinedKeys([keys, fixedKeys([second.publicKey])]);
    expect(await verify('two', second, source)).toBe('accepted');
    expect(await verify('one', first, source)).toBe(UNAVAILABLE);
  });

  it('verifies no tokens with keys for encryption or for another algorithm', async () => {
    serve(jwk('enc', first, { use: 'enc' }), jwk('PS256', first, { alg: 'PS256' }), jwk('two', second));
    for (const kid of ['enc', 'PS256']) expect(await verify(kid)).toBe(UNKNOWN);
    expect(await verify('two', second)).toBe('accepted');
  });

  it('verifies a token without a key id (kid) with any of its keys', async () => {
    serve(jwk('one', first), jwk('two', second));
    expect(await verify(undefined, second)).toBe('accepted');
  });

  it('is reported in the log when it has no key for the algorithm', async () => {
    serve(jwk('enc', first, { use: 'enc' }));
    expect(await verify('enc')).toBe(UNKNOWN);
    expect(warnings.join()).toMatch(/has no key for RS256$/);
  });

  it.each<[string, RegExp, RequestListener]>([
    ['an HTML page', /is no key set/, (_request, response) => response.end('<html>Sign in</html>')],
    ['JSON of another form', /is no key set/, (_request, response) => response.end('[{"kty":"RSA"}]')],
    ['the JSON value null', /is no key set/, (_request, response) => response.end('null')],
    [
      'a redirect',
      /status is 302/,
      (request, response) => {
        if (request.url === '/elsewhere') response.end(JSON.stringify({ keys: [jwk('one', first)] }));
        else response.writeHead(302, { location: '/elsewhere' }).end();
      },
    ],
    [
      'a response of 600 KB',
      /more than 524288 bytes/,
      (_request, response) => response.end(JSON.stringify({ keys: [jwk('one', first)], more: 'x'.repeat(600_000) })),
    ],
    ['a closed connection', /./, (request) => request.socket.destroy()],
    ['a response that never ends', /timeout/, (_request, response) => response.writeHead(200).write('{"keys":[')],
  ])('is not read from %s, and the token gets 503', { timeout: 20_000 }, async (_, reason, listener) => {
    respond = listener;
    expect(await verify('one')).toBe(UNAVAILABLE);
    expect(requests).toEqual(['/keys']);
    expect(warnings.join()).toMatch(reason);
  });
});
