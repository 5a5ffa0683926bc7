import { generateKeyPairSync, type KeyPairKeyObjectResult, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authWarnings } from '@session-service/auth';
import { describe, expect, it } from 'vitest';
import { ConfigError, validateEnvironment } from './validate-environment.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }) =>
  key.export({ type: 'spki', format: 'pem' }).toString();
const RSA = pem(rsa.publicKey);
const EC = pem(ec.publicKey);
const PRIVATE = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const WEAK = pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);

const SECRET = randomBytes(32).toString('base64');

/** A key pair in the encodings in which tools print keys, beside PEM. */
function encodingsOf({ publicKey, privateKey }: KeyPairKeyObjectResult): Record<string, string> {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const jwk = publicKey.export({ format: 'jwk' });
  const sshType = Buffer.from('\0\0\0\x07ssh-rsa');
  return {
    'an SPKI in base64': spki.toString('base64'),
    'an SPKI in base64 by lines': (spki.toString('base64').match(/.{1,64}/g) ?? []).join('\n'),
    'an SPKI in base64url': spki.toString('base64url'),
    'an SPKI in hexadecimal': spki.toString('hex'),
    'a private key in base64': privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    'a PEM in base64': Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })).toString('base64'),
    'a JWK': JSON.stringify(jwk),
    'a JWK by lines': JSON.stringify(jwk, undefined, 2),
    'a key set': JSON.stringify({ keys: [jwk] }),
    'a JWK in base64': Buffer.from(JSON.stringify(jwk)).toString('base64'),
    'an SSH key without its type': Buffer.concat([sshType, spki]).toString('base64'),
  };
}

const DSN = 'postgresql://ann@db/shop';

function errorsOf(env: Record<string, string>): readonly string[] {
  try {
    validateEnvironment({ AGNO_PG_DSN: DSN, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
}

function fileWith(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'jwks-')), 'jwks.json');
  writeFileSync(path, content);
  return path;
}

const keyCount = async (env: Record<string, string>) =>
  (await validateEnvironment({ AGNO_PG_DSN: DSN, ...env }).auth.jwt?.keys.keysFor('one'))?.keys.length;

describe('JWT keys', () => {
  it.each([
    ['one PEM', { JWT_VERIFICATION_KEY: RSA }, 1],
    ['a PEM whose line ends are escaped as \\n', { JWT_VERIFICATION_KEY: RSA.trim().replaceAll('\n', '\\n') }, 1],
    [
      'two PEMs',
      { JWT_VERIFICATION_KEY: `${RSA}\n${pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)}` },
      2,
    ],
    ['a JSON list', { JWT_VERIFICATION_KEY: JSON.stringify([RSA, RSA]) }, 2],
    ['one secret', { JWT_VERIFICATION_KEY: 'secret', JWT_ALGORITHM: 'HS256' }, 1],
    ['one secret per line', { JWT_VERIFICATION_KEY: 'one\ntwo\n', JWT_ALGORITHM: 'HS512' }, 2],
    ['an EC key', { JWT_VERIFICATION_KEY: EC, JWT_ALGORITHM: 'ES256' }, 1],
    [
      'a JWKS',
      {
        JWT_JWKS_FILE: fileWith(JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'one' }] })),
      },
      1,
    ],
    [
      'a JWKS without kid',
      { JWT_JWKS_FILE: fileWith(JSON.stringify({ keys: [rsa.publicKey.export({ format: 'jwk' })] })) },
      1,
    ],
    [
      'a JWKS with keys for other purposes',
      {
        JWT_JWKS_FILE: fileWith(
          JSON.stringify({
            keys: [{ kty: 'new' }, ec.publicKey.export({ format: 'jwk' }), rsa.publicKey.export({ format: 'jwk' })],
          }),
        ),
      },
      1,
    ],
  ])('are read from %s', async (_, env, count) => {
    expect(await keyCount(env)).toBe(count);
  });

  it.each([
    [
      'a public key as HMAC secret',
      { JWT_VERIFICATION_KEY: RSA, JWT_ALGORITHM: 'HS256' },
      /must be a secret for HS256/,
    ],
    ...Object.entries(encodingsOf(rsa)).map(([encoding, key]): [string, Record<string, string>, RegExp] => [
      `${encoding} as HMAC secret`,
      { JWT_VERIFICATION_KEY: key, JWT_ALGORITHM: 'HS256' },
      /^JWT_VERIFICATION_KEY must be a secret for HS256, not a key of a key pair$/,
    ]),
    [
      'a public key in base64 beside a secret',
      { JWT_VERIFICATION_KEY: JSON.stringify([SECRET, encodingsOf(ec)['an SPKI in base64']]), JWT_ALGORITHM: 'HS256' },
      /must be a secret for HS256/,
    ],
    [
      'a list with a blank secret',
      { JWT_VERIFICATION_KEY: JSON.stringify([SECRET, ' ']), JWT_ALGORITHM: 'HS256' },
      /must be a JSON list of keys, none of them blank/,
    ],
    ['a private key', { JWT_VERIFICATION_KEY: PRIVATE }, /must be a public key/],
    ['a secret for RS256', { JWT_VERIFICATION_KEY: 'secret' }, /must be a public key in PEM/],
    ['a key of another type', { JWT_VERIFICATION_KEY: EC }, /must be a key for RS256/],
    ['a curve of another algorithm', { JWT_VERIFICATION_KEY: EC, JWT_ALGORITHM: 'ES384' }, /must be a key for ES384/],
    [
      'a JWKS whose only key is for encryption',
      {
        JWT_JWKS_FILE: fileWith(JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), use: 'enc' }] })),
      },
      /with a key for RS256/,
    ],
    [
      'a JWKS whose only secret is empty',
      { JWT_JWKS_FILE: fileWith('{"keys":[{"kty":"oct","k":""}]}'), JWT_ALGORITHM: 'HS256' },
      /with a key for HS256/,
    ],
    [
      'an address for HMAC secrets',
      { JWT_JWKS_URL: 'https://idp.example/keys', JWT_ALGORITHM: 'HS256' },
      /^JWT_JWKS_URL serves public keys: for HS256 set JWT_VERIFICATION_KEY/,
    ],
    ['a weak key', { JWT_VERIFICATION_KEY: WEAK }, /at least 2048 bits/],
    ['alg none', { JWT_VERIFICATION_KEY: 'x', JWT_ALGORITHM: 'none' }, /^JWT_ALGORITHM must be one of RS256/],
    [
      'a file that does not exist',
      { JWT_JWKS_FILE: '/nowhere/jwks.json' },
      /^JWT_JWKS_FILE must name a readable JWKS file/,
    ],
    ['a file that is not a JWKS', { JWT_JWKS_FILE: fileWith('[]') }, /^JWT_JWKS_FILE must name a readable JWKS file/],
    [
      'a JWKS without a key for the algorithm',
      { JWT_JWKS_FILE: fileWith('{"keys":[{"kty":"EC"}]}') },
      /with a key for RS256/,
    ],
    [
      'an address that is neither an http nor an https URL',
      { JWT_JWKS_URL: 'ftp://keys' },
      /^JWT_JWKS_URL must be an http/,
    ],
    [
      'an address with a password',
      { JWT_JWKS_URL: 'https://a:hush@keys' },
      /^JWT_JWKS_URL must be .* without user[^:]*$/,
    ],
  ])('are rejected: %s', (_, env, expected) => {
    const errors = errorsOf(env);
    expect(errors.join('\n')).toMatch(expected);
    expect(errors).toHaveLength(1);
  });
});

describe('HMAC secrets', () => {
  const warningsFor = (env: Record<string, string>) =>
    authWarnings(validateEnvironment({ AGNO_PG_DSN: DSN, JWT_ALGORITHM: 'HS256', ...env }).auth).join('\n');
  const setWith = (secret: string) => {
    const keys = [{ kty: 'oct', kid: 'one', k: Buffer.from(secret).toString('base64url') }];
    return fileWith(JSON.stringify({ keys }));
  };

  it.each([
    ['alone', { JWT_VERIFICATION_KEY: 'x'.repeat(31) }],
    ['beside a long one', { JWT_VERIFICATION_KEY: `${'x'.repeat(31)}\n${SECRET}` }],
    ['in a key set', { JWT_JWKS_FILE: setWith('x'.repeat(31)) }],
  ])('of fewer than 32 bytes cause a warning: %s', (_, env) => {
    expect(warningsFor(env)).toMatch(/fewer than 32 bytes/);
  });

  it.each([
    ['alone', { JWT_VERIFICATION_KEY: 'é'.repeat(16) }],
    ['as random bytes in hexadecimal', { JWT_VERIFICATION_KEY: randomBytes(32).toString('hex') }],
    ['in a key set', { JWT_JWKS_FILE: setWith('x'.repeat(32)) }],
  ])('of 32 bytes and more are accepted without a warning: %s', (_, env) => {
    expect(warningsFor(env)).toBe('');
  });
});

describe('a security key', () => {
  const warningsFor = (key: string, env: Record<string, string> = {}) =>
    authWarnings(validateEnvironment({ AGNO_PG_DSN: DSN, OS_SECURITY_KEY: key, ...env }).auth).join('\n');

  it('of fewer than 16 characters is warned about, without its value', () => {
    expect(warningsFor('hunter2')).toMatch(/^OS_SECURITY_KEY has fewer than 16 characters/);
    expect(warningsFor('hunter2')).not.toContain('hunter2');
    expect(warningsFor('x'.repeat(16))).toBe('');
  });

  it('that has no effect, because tokens are verified, is not called short', () => {
    expect(warningsFor('hunter2', { JWT_VERIFICATION_KEY: RSA })).toMatch(/^OS_SECURITY_KEY has no effect.*$/);
  });
});

describe('a variable for a key', () => {
  it.each(
    ['OS_SECURITY_KEY', 'JWT_VERIFICATION_KEY', 'JWT_JWKS_FILE', 'JWT_JWKS_URL'].flatMap((name) =>
      ['', ' ', '\n', '""'].map((value) => [name, value]),
    ),
  )('is rejected when its value is blank: %s=%j', (name, value) => {
    expect(errorsOf({ [name]: value })).toContain(`${name} must not be blank: set it, or remove it to run without it`);
  });
});

describe('JWT_JWKS_URL', () => {
  it.each([
    'http://jwks_server:8080/keys',
    'http://[::1]:4318',
    'https://idp.prod.svc.cluster.local./keys?v=2#top',
    'https://münchen.de/k',
    'http://10.0.0.1/a@b',
  ])('accepts the URL %s', (url) => {
    expect(errorsOf({ JWT_JWKS_URL: url })).toEqual([]);
  });
});

describe('a setting that needs authentication', () => {
  it.each([
    [{ AGNO_AUTHORIZATION: 'true' }, /^AGNO_AUTHORIZATION needs a way to verify tokens/],
    [{ AGNO_AUTHORIZATION: 'true', OS_SECURITY_KEY: 'k' }, /^AGNO_AUTHORIZATION needs a way to verify tokens/],
    [{ AGNO_USER_ISOLATION: 'true' }, /^AGNO_USER_ISOLATION needs a way to verify tokens/],
    [{ AGNO_DB_ACCESS: '{"*":{"scopes":["a"]}}' }, /^AGNO_DB_ACCESS needs authentication/],
  ])('is rejected if no authentication is configured: %j', (env, expected) => {
    expect(errorsOf(env).join('\n')).toMatch(expected);
  });
});

describe('AGNO_DB_ACCESS', () => {
  it.each([
    ['{', /must be a JSON object/],
    ['[]', /must be a JSON object/],
    ['{"default":{}}', /must be \{"scopes": \["…"\], "claims": \{"<claim>": \["…"\]\}\}/],
    ['{"default":{"scope":["a"]}}', /must be \{"scopes": \["…"\], "claims": \{"<claim>": \["…"\]\}\}/],
    ['{"default":{"scopes":"a"}}', /must be \{"scopes": \["…"\], "claims": \{"<claim>": \["…"\]\}\}/],
    ['{"default":{"claims":{"t":"a"}}}', /must be \{"scopes": \["…"\], "claims": \{"<claim>": \["…"\]\}\}/],
    ['{}', /has no rule for "default"/],
    ['{"other":{"scopes":["a"]},"*":{"scopes":["a"]}}', /names "other", which is not a configured database/],
  ])('is rejected with the invalid value %s', (rules, expected) => {
    expect(errorsOf({ OS_SECURITY_KEY: 'k', AGNO_DB_ACCESS: rules }).join('\n')).toMatch(expected);
  });
});
