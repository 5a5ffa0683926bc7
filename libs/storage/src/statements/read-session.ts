import type { StoredSession } from '@agno/contract';
import type { StatementBook } from '../statement-book.js';
import { type RunColumns, type RunDetail, runColumns } from './run-columns.js';
import { sessionColumns } from './session-columns.js';

export type SessionWithRuns = StoredSession & RunColumns;

/** One session with its runs. $1 session id, $2 owner or null for anybody's. */
export function readSession(detail: RunDetail) {
  return (book: StatementBook): string =>
    `SELECT ${sessionColumns('s')}, ${runColumns(book, 's', detail)}
      FROM ${book.tables.sessions} s WHERE s.session_id = $1 AND ($2::text IS NULL OR s.user_id = $2)`;
}
