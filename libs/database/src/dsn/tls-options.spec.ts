import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDsn } from './parse-dsn.js';

const folder = mkdtempSync(join(tmpdir(), 'agno-dsn-'));
const pem = join(folder, 'any.pem');
writeFileSync(pem, 'PEM');
afterAll(() => rmSync(folder, { recursive: true }));

const anyHostName = { checkServerIdentity: expect.any(Function) };

describe('tlsOptions', () => {
  it.each([
    ['', { ssl: false, tlsIfOffered: true }],
    ['sslmode=disable', { ssl: false, tlsIfOffered: false }],
    ['sslmode=allow', { ssl: false, tlsIfOffered: true }],
    ['sslmode=prefer', { ssl: false, tlsIfOffered: true }],
    ['sslmode=require', { ssl: { rejectUnauthorized: false }, tlsIfOffered: false }],
    [`sslmode=require&sslrootcert=${pem}`, { ssl: { ca: 'PEM', ...anyHostName } }],
    [`sslmode=verify-ca&sslrootcert=${pem}`, { ssl: { ca: 'PEM', ...anyHostName } }],
    [`sslmode=verify-full&sslrootcert=${pem}`, { ssl: { ca: 'PEM' } }],
    ['sslmode=verify-full', { ssl: {} }],
    ['sslrootcert=system', { ssl: {} }],
    [
      `sslmode=require&sslcert=${pem}&sslkey=${pem}&sslpassword=x`,
      { ssl: { rejectUnauthorized: false, cert: 'PEM', key: 'PEM', passphrase: 'x' } },
    ],
    ['sslmode=require&ssl_min_protocol_version=tlsv1.3', { ssl: { rejectUnauthorized: false, minVersion: 'TLSv1.3' } }],
    ['ssl=require', { ssl: { rejectUnauthorized: false } }],
    ['ssl=true', { ssl: { rejectUnauthorized: false } }],
    ['ssl=false', { ssl: false, tlsIfOffered: false }],
    ['sslmode=no-verify', { ssl: { rejectUnauthorized: false } }],
    ['sslnegotiation=direct', { ssl: { rejectUnauthorized: false }, sslnegotiation: 'direct' }],
    ['sslmode=require&channel_binding=require', { ssl: { rejectUnauthorized: false }, enableChannelBinding: true }],
    ['sslmode=verify-full&host=/run/postgresql', { ssl: false, tlsIfOffered: false }],
  ])('maps the parameters "%s" to the TLS options of pg', (query, expected) => {
    const { ssl, tlsIfOffered, ...rest } = parseDsn(`postgresql://ann@db/shop?${query}`);
    expect({ ssl, tlsIfOffered, ...rest }).toMatchObject(expected);
    if (typeof expected.ssl === 'object') expect(Object.keys(ssl)).toEqual(Object.keys(expected.ssl));
  });

  it.each([
    ['sslmode=verify-ca', 'sslmode=verify-ca needs sslrootcert'],
    ['sslmode=require&sslrootcert=system', 'sslrootcert=system needs sslmode=verify-full'],
    ['sslmode=prefer&sslnegotiation=direct', 'need sslmode=require or stronger'],
    ['sslmode=disable&channel_binding=require', 'need sslmode=require or stronger'],
    [`sslmode=require&sslcert=${pem}`, 'sslcert and sslkey must be set together'],
    [`sslmode=verify-full&sslrootcert=${pem}.missing`, 'the file of sslrootcert cannot be read (ENOENT)'],
    ['sslmode=require&ssl_min_protocol_version=SSLv3', 'ssl_min_protocol_version must be one of'],
  ])('rejects the incomplete, contradictory or invalid parameters "%s"', (query, message) => {
    expect(() => parseDsn(`postgresql://ann@db/shop?${query}`)).toThrow(message);
  });
});
