import type { StatementCache } from '../statement-book.js';

/** A row if a user has a session. $1 session id, $2 owner. */
export function findOwnedSession({ tables }: StatementCache): string {
  return `SELECT s.session_id FROM ${tables.sessions} s WHERE s.session_id = $1 AND s.user_id = $2`;
}
