import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseDsn } from './parse-dsn.js';
import { withOfferedTls } from './tls-options.js';

const PASSWORD = "p@:/%#?& ü'";
const server = inject('postgresDsn');
const { port } = new URL(server);

beforeAll(() => firstValue(server, `CREATE ROLE "a@b" LOGIN PASSWORD ${pg.escapeLiteral(PASSWORD)}`));
afterAll(() => firstValue(server, 'DROP ROLE "a@b"'));

describe('a connection made from a DSN', () => {
  const user = 'a%40b';
  const password = encodeURIComponent(PASSWORD);
  const quoted = PASSWORD.replace(/['\\]/g, '\\$&');

  it.each([
    ['a URL', () => `postgresql+psycopg://${user}:${password}@127.0.0.1:${port}/postgres`],
    [
      'a URL with a Unix socket in its query',
      () => `postgresql://${user}:${password}@/postgres?host=/tmp&port=${port}`,
    ],
    [
      'a URL with an escaped Unix socket as host',
      () => `postgresql://${user}:${password}@%2Ftmp:${port}/postgres?sslmode=require`,
    ],
    ['key=value pairs', () => `host=localhost port=${port} user=a@b password='${quoted}' dbname=postgres`],
  ])('logs in with special characters in user and password (DSN as %s)', async (_, dsn) => {
    expect(await firstValue(dsn(), 'SELECT current_user')).toBe('a@b');
  });

  it.each([
    ['search_path=ai,%20%22My%20Schema%22', 'SHOW search_path', 'ai, "My Schema"'],
    ['options=-c%20work_mem%3D8MB&search_path=ai', 'SHOW work_mem', '8MB'],
    ['options=-csearch_path%3Dai,public', 'SHOW search_path', 'ai,public'],
    ['options=-cstatement_timeout%3D2500', 'SHOW statement_timeout', '2500ms'],
    ['statement_timeout=1500', 'SHOW statement_timeout', '1500ms'],
    ['lock_timeout=3s', 'SHOW lock_timeout', '3s'],
    ['application_name=chat', 'SHOW application_name', 'chat'],
    ['target_session_attrs=read-write', 'SELECT 1::text', '1'],
    ['target_session_attrs=primary', 'SELECT 1::text', '1'],
    ['options=-cdefault_transaction_read_only%3Don&target_session_attrs=read-only', 'SELECT 1::text', '1'],
  ])('applies the parameters %s, so that %s returns %s', async (query, sql, expected) => {
    expect(await firstValue(`${server}?${query}`, sql)).toBe(expected);
  });

  it.each([
    ['target_session_attrs=standby', 'target_session_attrs=standby'],
    ['options=-cdefault_transaction_read_only%3Don&target_session_attrs=read-write', 'target_session_attrs=read-write'],
    ['sslmode=require', 'The server does not support SSL connections'],
  ])('fails with the parameters %s, which the server does not meet', async (query, message) => {
    await expect(firstValue(`${server}?${query}`, 'SELECT 1')).rejects.toThrow(message);
  });

  it('is unencrypted with sslmode=prefer when the server has no TLS', async () => {
    const target = parseDsn(`${server}?sslmode=prefer`);
    expect((await withOfferedTls(target, 2_000)).ssl).toBe(false);
  });
});

/** Runs a statement on a new connection with the options of the DSN; returns the first value of the result. */
async function firstValue(dsn: string, sql: string): Promise<unknown> {
  const pool = new pg.Pool({ max: 1, statement_timeout: 60_000, application_name: 'test', ...parseDsn(dsn) });
  try {
    const { rows } = await pool.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await pool.end();
  }
}
