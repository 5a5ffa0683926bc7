import { runSql, startPostgres, type TestPostgres } from '../test/support/postgres.js';
import { makeCertificate } from '../test/support/server-certificate.js';

/** A server that offers TLS. A DSN that does not say otherwise uses it, as `sslmode=prefer` does. */
export interface TlsPostgres extends TestPostgres {
  withoutTls(dsn: string): string;
  overTls(dsn: string): string;
}

export async function startTlsPostgres(): Promise<TlsPostgres> {
  const postgres = await startPostgres();
  const server = postgres.url('postgres');
  const [row] = await runSql<{ data_directory: string }>(server, 'SHOW data_directory');
  makeCertificate(row?.data_directory ?? '');
  await runSql(server, 'ALTER SYSTEM SET ssl = on');
  await runSql(server, 'SELECT pg_reload_conf()');
  return {
    ...postgres,
    withoutTls: (dsn) => `${dsn}?sslmode=disable`,
    overTls: (dsn) => `${dsn}?sslmode=require`,
  };
}
