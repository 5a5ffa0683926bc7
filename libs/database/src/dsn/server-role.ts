import type { ClientBase } from 'pg';
import { destroyConnection } from '../cut-connection.js';
import { DsnError } from './dsn-error.js';

/** How long a server may take to say what it is, in milliseconds: whoever waits for the connection waits for that as well. */
const ROLE_CHECK_TIMEOUT_MS = 5_000;

/**
 * libpq's `target_session_attrs` for a single host: a check for every new connection, or undefined when any server will
 * do. `prefer-standby` has nothing to choose from with one host.
 *
 * @throws DsnError for an unknown role
 */
export function serverRoleCheck(role = 'any'): ((client: ClientBase) => Promise<void>) | undefined {
  if (role === 'any' || role === 'prefer-standby') return undefined;
  const condition = ROLE_CONDITIONS.get(role);
  if (condition === undefined)
    throw new DsnError(
      `target_session_attrs must be one of any, ${[...ROLE_CONDITIONS.keys()].join(', ')}, prefer-standby`,
    );
  return async (client) => {
    const outOfPatience = setTimeout(() => destroyConnection(client), ROLE_CHECK_TIMEOUT_MS);
    const { rows } = await client
      .query({ text: `SELECT (${condition})::int::text`, rowMode: 'array' })
      .finally(() => clearTimeout(outOfPatience));
    if (String(rows[0]?.[0]) !== '1') throw new Error(`The server is not what target_session_attrs=${role} asks for`);
  };
}

const READ_ONLY = "current_setting('transaction_read_only') = 'on'";
const ROLE_CONDITIONS = new Map([
  ['read-write', `NOT ${READ_ONLY}`],
  ['read-only', READ_ONLY],
  ['primary', 'NOT pg_is_in_recovery()'],
  ['standby', 'pg_is_in_recovery()'],
]);
