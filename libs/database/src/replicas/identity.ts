import { sqlState } from '../database-errors.js';
import type { DatabaseServer } from '../database-server.js';
import type { Deadline } from '../deadline.js';
import { namedStatement } from '../statement.js';

/**
 * Which database a server is asked for, of all there are: the same on a primary and its standbys. Undefined where the server
 * does not tell. Errors: those of `DatabaseServer`.
 */
export async function identityOf(server: DatabaseServer, deadline: Deadline): Promise<string | undefined> {
  try {
    const [row] = await server.query<{ identity: string }>(IDENTITY, [], deadline);
    return row?.identity;
  } catch (error) {
    if (DOES_NOT_TELL.includes(sqlState(error) ?? '')) return undefined;
    throw error;
  }
}

/** No such function, and not allowed. */
const DOES_NOT_TELL = ['42883', '42501'];

const IDENTITY = namedStatement(
  'replica-identity',
  `SELECT system_identifier || ' ' || current_database() AS identity FROM pg_control_system()`,
);
