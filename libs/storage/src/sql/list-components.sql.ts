import type { SessionType } from '@session-service/contract';
import type { StatementCache } from '../layout.js';
import { asJsonb } from './json-columns.js';

/** An agent, team or workflow that has sessions. */
export interface ComponentRow {
  readonly type: SessionType;
  readonly id: string;
  /** The name that AgentOS has stored in one of the sessions; null if there is none. */
  readonly name: string | null;
}

/** Maximum number of components of one type that are listed: the first in the order of their ids. */
export const MAX_COMPONENTS = 1_000;

/** Longer ids are not listed, longer names cut: ids that clients invented could otherwise fill the memory. */
const MAX_CHARACTERS = 255;

/** Number of sessions of a component, the newest first in our indexes, in which its name is looked for. */
const NAMED_SESSIONS = 10;

const TYPES: readonly SessionType[] = ['agent', 'team', 'workflow'];

/**
 * The components of all sessions or of those of user $1. A column that an index starts with is read by a loose index scan,
 * which takes one step per component: https://wiki.postgresql.org/wiki/Loose_indexscan. The other columns are read in one
 * pass over the sessions; those of one user are read by the index of users, if there is one.
 */
export function listComponents(scope: 'user' | 'all') {
  return (statements: StatementCache): string => {
    const { indexedColumns } = statements.layout;
    const isIndexed = (type: SessionType) => scope === 'all' && indexedColumns.has(`${type}_id`);
    const tables = [
      ...(TYPES.every(isIndexed) ? [] : [`scanned AS (${scannedComponents(scope, statements)})`]),
      ...TYPES.filter(isIndexed).map((type) => indexedIds(type, statements)),
    ];
    const lists = TYPES.map((type) => (isIndexed(type) ? indexedComponents(type, statements) : scannedList(type)));
    return `WITH RECURSIVE ${tables.join(', ')} ${lists.map((list) => `(${list})`).join(' UNION ALL ')}`;
  };
}

/** One row for each combination of ids, of which a session usually has one. */
function scannedComponents(scope: 'user' | 'all', statements: StatementCache): string {
  // Compared as bytes, because any of several names will do.
  const names = TYPES.map((type) => `max(${storedName(type, statements)} COLLATE "C") AS ${type}_name`);
  const owned = scope === 'user' ? 'WHERE user_id = $1::text' : '';
  return `SELECT agent_id, team_id, workflow_id, ${names.join(', ')} FROM ${statements.tables.sessions} ${owned}
      GROUP BY agent_id, team_id, workflow_id`;
}

function scannedList(type: SessionType): string {
  return `SELECT '${type}' AS type, ${type}_id AS id, max(${type}_name) AS name FROM scanned
      WHERE ${type}_id <> '' AND length(${type}_id) <= ${MAX_CHARACTERS} GROUP BY ${type}_id ORDER BY ${type}_id LIMIT ${MAX_COMPONENTS}`;
}

/** The ids in order. PostgreSQL takes only as many steps as rows are read, so LIMIT also bounds the recursion. */
function indexedIds(type: SessionType, { tables }: StatementCache): string {
  const next = (above: string) =>
    `(SELECT ${type}_id FROM ${tables.sessions} WHERE ${type}_id > ${above} ORDER BY ${type}_id LIMIT 1)`;
  return `${type}s (id) AS (${next("''")} UNION ALL SELECT ${next(`${type}s.id`)} FROM ${type}s WHERE ${type}s.id IS NOT NULL)`;
}

/** A range in the order of the index instead of `=`, so that the planner cannot choose a scan of the table. */
function indexedComponents(type: SessionType, statements: StatementCache): string {
  const sessions = `SELECT ${type}_id, ${storedName(type, statements)} AS name FROM ${statements.tables.sessions}
        WHERE ${type}_id <= listed.id ORDER BY ${type}_id DESC LIMIT ${NAMED_SESSIONS}`;
  return `SELECT '${type}' AS type, id, (SELECT name FROM (${sessions}) latest WHERE ${type}_id = listed.id AND name IS NOT NULL LIMIT 1) AS name
      FROM (SELECT id FROM ${type}s WHERE id IS NOT NULL LIMIT ${MAX_COMPONENTS}) listed WHERE length(id) <= ${MAX_CHARACTERS}`;
}

function storedName(type: SessionType, statements: StatementCache): string {
  const data = asJsonb(statements, `${type}_data`);
  return `CASE jsonb_typeof(${data}->'name') WHEN 'string' THEN left(${data}->>'name', ${MAX_CHARACTERS}) END`;
}
