import type { ConnectionOptions } from 'node:tls';
import type { ClientBase } from 'pg';

/** A DSN as options of a pg pool. Settings that the DSN does not contain have no key, so that defaults remain. */
export interface PoolTarget {
  /** Host name, IP address, or directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Secret. If absent, pg uses PGPASSWORD or the password file, as libpq does. */
  readonly password?: string;
  readonly database: string;
  readonly ssl: false | ConnectionOptions;
  /** True for sslmode allow and prefer: `ssl` is false, and `withOfferedTls` enables it if the server supports it. */
  readonly tlsIfOffered: boolean;
  readonly sslnegotiation?: 'direct';
  readonly enableChannelBinding?: true;
  /** Command-line options of the session, including `search_path`. */
  readonly options?: string;
  readonly application_name?: string;
  readonly connectionTimeoutMillis?: number;
  /** In milliseconds; 0: the startup message must not contain the setting. */
  readonly statement_timeout?: number;
  /** Rejects a new connection if the server does not match target_session_attrs. */
  readonly onConnect?: (client: ClientBase) => Promise<void>;
  /** False behind a transaction pooler, where statements must be unnamed. */
  readonly namedStatements: boolean;
}
