import type { StatementCache } from '../statement-book.js';
import { type RunDetail, withRuns } from './with-runs.js';

/** One session with its runs. $1 session id, $2 owner or null for anybody's. */
export function readSession(detail: RunDetail) {
  return (book: StatementCache): string =>
    `WITH found AS (SELECT * FROM ${book.tables.sessions} s
      WHERE s.session_id = $1 AND ($2::text IS NULL OR s.user_id = $2)) ${withRuns(book, 'found', detail)}`;
}
