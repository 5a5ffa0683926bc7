import type { ConnectionOptions } from 'node:tls';
import type { ClientBase } from 'pg';

/** What one DSN means to `pg`: spread it over a pool's options. A key that the DSN does not decide is absent. */
export interface PoolTarget {
  /** Name, address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Secret. Absent: pg looks where libpq looks (PGPASSWORD, the password file). */
  readonly password?: string;
  readonly database: string;
  readonly ssl: false | ConnectionOptions;
  /** True for sslmode allow and prefer: `ssl` is false, and `withOfferedTls` switches it on where the server can. */
  readonly tlsIfOffered: boolean;
  readonly sslnegotiation?: 'direct';
  readonly enableChannelBinding?: true;
  /** Command-line switches of the session, `search_path` among them. */
  readonly options?: string;
  readonly application_name?: string;
  readonly connectionTimeoutMillis?: number;
  /** Milliseconds; 0 means that no limit may be sent at the start of a session. */
  readonly statement_timeout?: number;
  /** Runs on every new connection and refuses a server whose role is not the wanted one. */
  readonly onConnect?: (client: ClientBase) => Promise<void>;
  /** False behind a pooler that shares server connections between transactions: statements must not be named. */
  readonly namedStatements: boolean;
}
