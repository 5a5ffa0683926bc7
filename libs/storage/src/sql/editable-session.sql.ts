import type { EditableSession, MergeableSession } from '@session-service/contract';
import type { LockedRow, SqlValue } from '@session-service/database';
import type { LayoutCheckedRow, StatementCache } from '../layout.js';
import { readPythonRow } from '../python-row.js';
import { jsonTextFlag } from './json-columns.js';
import { SESSION_CONDITION } from './session-filter.js';

export interface EditableRow extends EditableSession, LayoutCheckedRow {}

/** A row of `lockEditable`. */
export interface LockedSession extends MergeableSession, LayoutCheckedRow {}

const COLUMNS: readonly (keyof EditableSession)[] = [
  'session_id',
  'session_type',
  'agent_id',
  'team_id',
  'workflow_id',
  'session_data',
  'metadata',
  'summary',
];

/** Selects the columns of one session that clients can change. $1 and $2: `sessionParameters`. */
export function readEditable(statements: StatementCache): string {
  return selectColumns(statements, COLUMNS);
}

function selectColumns(statements: StatementCache, columns: readonly string[]): string {
  const selected = [...columns, ...jsonTextFlag(statements)].join(', ');
  return `SELECT ${selected} FROM ${statements.tables.sessions} s WHERE ${SESSION_CONDITION}`;
}

/**
 * Decides on a change of a session whose row is locked; throws to leave it unchanged. `printed` returns its values as a
 * response shows them, which differ from the stored text in json columns.
 */
export type Decide<Change> = (
  printed: () => EditableSession | Promise<EditableSession>,
  stored: MergeableSession,
) => Promise<Change>;

/**
 * The row of a session on which the parameters of a statement depend.
 *
 * @param values `sessionParameters`
 */
export function lockedSession(
  statements: StatementCache,
  purpose: 'change' | 'delete',
  values: readonly SqlValue[],
  decide: Decide<readonly SqlValue[]>,
): LockedRow<LockedSession> {
  const lock = statements.get(`lock:${purpose}:editable`, lockEditable(purpose));
  return { lock, values, decide: (row) => decide(() => readPythonRow(row), row) };
}

/**
 * As `readEditable`, and locks the row: for a change with the lock of an UPDATE, which lets AgentOS store runs meanwhile,
 * for a deletion with that of a DELETE, since to upgrade a lock may deadlock.
 * https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
 */
function lockEditable(purpose: 'change' | 'delete') {
  return (statements: StatementCache): string =>
    `${selectColumns(statements, [...COLUMNS, 'agent_data'])} FOR ${purpose === 'change' ? 'NO KEY UPDATE' : 'UPDATE'}`;
}
