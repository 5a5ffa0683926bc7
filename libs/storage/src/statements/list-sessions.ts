import type { ListedSession, SessionType } from '@agno/contract';
import type { SqlValue } from '@agno/database';
import type { StatementBook } from '../statement-book.js';
import { exists, identifier } from '../tables.js';

/** Which sessions a list is about. Absent means no condition; an empty string is a value like any other. */
export interface SessionFilter {
  readonly type?: SessionType | undefined;
  readonly componentId?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionName?: string | undefined;
}

export interface SessionOrder {
  /** A column of the table; undefined for no order. */
  readonly sortBy?: string | undefined;
  readonly descending: boolean;
}

const COMPONENT_COLUMNS: Record<SessionType, string> = { agent: 'agent_id', team: 'team_id', workflow: 'workflow_id' };

/** A WHERE clause, its parameters, and a key that is the same for the same text. */
export interface Condition {
  readonly key: string;
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** The condition of a list. A name matches as ILIKE pattern, unescaped, against the stored name only. */
export function listCondition({ type, componentId, userId, sessionName }: SessionFilter): Condition {
  const parts: [key: string, text: (place: string) => string, value: string | undefined][] = [
    ['user', (place) => `user_id = ${place}`, userId],
    [type ?? 'any', (place) => componentMatches(type, place), componentId],
    ['name', (place) => `coalesce(session_data->>'session_name', '') ILIKE '%' || ${place} || '%'`, sessionName],
    ['type', (place) => `session_type = ${place}`, type],
  ];
  const given = parts.filter(([, , value]) => value !== undefined);
  const texts = given.map(([, text], index) => text(`$${index + 1}::text`));
  return {
    key: given.map(([key]) => key).join('+'),
    text: texts.length === 0 ? '' : `WHERE ${texts.join(' AND ')}`,
    values: given.map(([, , value]) => value ?? null),
  };
}

function componentMatches(type: SessionType | undefined, place: string): string {
  if (type !== undefined) return `${COMPONENT_COLUMNS[type]} = ${place}`;
  return `(${Object.values(COMPONENT_COLUMNS)
    .map((column) => `${column} = ${place}`)
    .join(' OR ')})`;
}

/**
 * The visible transactions, in the same words while nothing is committed; a standby cannot tell so exactly. A server that
 * was killed, or another one in its place, may give transaction ids a second time: so its start is part of the words.
 */
function snapshot({ layout }: StatementBook): string {
  if (!layout.hasSnapshots) return 'NULL';
  return "CASE WHEN NOT pg_is_in_recovery() THEN pg_current_snapshot() || ' ' || pg_postmaster_start_time() END";
}

/** A listed session and, the same in every row, what the page was read in. */
export interface PageRow extends ListedSession {
  readonly snapshot: string | null;
  /** A runs table came into being since the layout was read. */
  readonly upgraded?: 't' | 'f';
}

export interface CountRow {
  /** Number of sessions, as digits. */
  readonly total: string;
  readonly snapshot: string | null;
}

/** One page of a list, without runs. The last two parameters are limit and offset. */
export function listPage(condition: Condition, order: SessionOrder) {
  return (book: StatementBook): string => {
    const { tables, layout } = book;
    const place = condition.values.length;
    return `SELECT session_id, session_type, agent_id, team_id, workflow_id, user_id, session_data, metadata, summary,
      created_at, updated_at, agent_data->'sdk' AS sdk, agent_data->'framework' AS framework,
      workflow_data->'name' AS workflow_name, (SELECT ${snapshot(book)}) AS snapshot${layout.hasRunsTable ? '' : `, ${exists(tables.runs)} AS upgraded`}
      FROM ${tables.sessions} ${condition.text} ${orderBy(order)}
      LIMIT $${place + 1}::bigint OFFSET $${place + 2}::bigint`;
  };
}

export function countSessions(condition: Condition) {
  return (book: StatementBook): string =>
    `SELECT count(*) AS total, ${snapshot(book)} AS snapshot FROM ${book.tables.sessions} ${condition.text}`;
}

function orderBy({ sortBy, descending }: SessionOrder): string {
  if (sortBy === undefined) return '';
  const column = sortBy === 'updated_at' ? 'coalesce(updated_at, created_at)' : identifier(sortBy);
  return `ORDER BY ${column} ${descending ? 'DESC' : 'ASC'}`;
}
