import { MAX_TOKEN_SESSIONS, MAX_USAGE_DAYS, type UsageGroup } from '@session-service/contract';
import type { SqlValue } from '@session-service/database';
import type { StatementCache } from '../layout.js';
import { tableExists } from '../table-names.js';
import { asJsonb } from './json-columns.js';
import type { WhereClause } from './session-filter.js';
import { LISTED_TYPE } from './title-columns.js';

/** Maximum number of components or users with a row of their own. */
export const MAX_USAGE_GROUPS = 50;

/** Longer ids are cut, since ids that clients invented could otherwise fill the memory. */
const MAX_ID_CHARACTERS = 255;

/** The two columns by which rows are grouped: see `UsageRow`. */
interface GroupKey {
  readonly type: string;
  readonly id: string;
}

const KEY_OF_SESSION: Record<Exclude<UsageGroup, 'day'>, GroupKey> = {
  component: {
    type: `CASE ${LISTED_TYPE} WHEN 'team' THEN 'team' WHEN 'workflow' THEN 'workflow' ELSE 'agent' END`,
    id: `CASE ${LISTED_TYPE} WHEN 'team' THEN team_id WHEN 'workflow' THEN workflow_id ELSE agent_id END`,
  },
  user: { type: 'NULL::text', id: 'user_id' },
};

/** The numbers of a group. */
const NUMBERS = ['sessions', 'runs', 'failed_runs', 'cancelled_runs', 'total_tokens'] as const;
type Numbers = Partial<Record<(typeof NUMBERS)[number], string>>;

/**
 * Counts sessions and runs, and adds up tokens, for the days, components or users of a period. Reads columns and the
 * metrics of sessions, never a transcript. The parameters that follow those of the condition: `usageParameters`.
 *
 * One statement, so that all numbers are of one snapshot.
 */
export function sessionUsage(condition: WhereClause, group: UsageGroup) {
  return (statements: StatementCache): string => {
    const { layout, tables } = statements;
    const [start, end, dayStarts] = [1, 2, 3].map((index) => `$${condition.values.length + index}`);
    const within = (column: string) => `${column} >= ${start}::bigint AND ${column} < ${end}::bigint`;
    const dayKey = (column: string) => ({
      type: 'NULL::text',
      id: `width_bucket(${column}::bigint, ${dayStarts}::bigint[])`,
    });
    const sessionKey = group === 'day' ? dayKey('created_at') : KEY_OF_SESSION[group];
    const sessions = (...further: string[]) =>
      `FROM ${tables.sessions} ${condition.sql(statements, within('created_at'), ...further)} GROUP BY 1, 2`;
    const parts = [
      `sessions_by AS (SELECT ${columns(sessionKey)}, count(*) AS sessions ${sessions()})`,
      `tokens_by AS (SELECT ${columns(sessionKey)}, sum(${tokens(statements)}) AS total_tokens
        ${sessions(`${SESSION_COUNT} <= ${MAX_TOKEN_SESSIONS}`)})`,
    ];
    const rows = [
      numbersOf('sessions_by', { sessions: 'sessions' }),
      numbersOf('tokens_by', { total_tokens: 'total_tokens' }),
    ];
    if (layout.hasRunsTable) {
      const runs = runsOf(condition, group, dayKey('r.created_at'), statements);
      parts.push(
        `runs_by AS (SELECT ${columns(runs.key)}, ${RUN_COUNTS} FROM ${runs.from} WHERE ${within('r.created_at')} GROUP BY 1, 2)`,
      );
      rows.push(numbersOf('runs_by', { runs: 'runs', failed_runs: 'failed_runs', cancelled_runs: 'cancelled_runs' }));
    }
    const maxGroups = group === 'day' ? MAX_USAGE_DAYS : MAX_USAGE_GROUPS;
    const printedId = group === 'day' ? 'id::text' : `left(id, ${MAX_ID_CHARACTERS})`;
    const upgraded = layout.hasRunsTable ? '' : `, ${tableExists(tables.runs)} AS upgraded`;
    return `WITH ${parts.join(',\n    ')},
    groups AS (SELECT type, id, ${NUMBERS.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(', ')}
      FROM (${rows.join(' UNION ALL ')}) numbers GROUP BY type, id),
    ranked AS (SELECT *, row_number() OVER (ORDER BY sessions DESC, runs DESC, type, id) > ${maxGroups} AS other FROM groups)
    SELECT ${unlessOther('type')} AS type, ${unlessOther(printedId)} AS id, other,
      ${NUMBERS.map((name) => `sum(${name}) AS ${name}`).join(', ')}${upgraded}
    FROM ranked GROUP BY 1, 2, 3 ORDER BY other, sum(sessions) DESC, sum(runs) DESC, 1, 2`;
  };
}

/** The period and, for days, the first second of each day and of the day after the last. */
export function usageParameters(group: UsageGroup, dayStarts: readonly number[]): SqlValue[] {
  const period = [dayStarts.at(0) ?? 0, dayStarts.at(-1) ?? 0];
  return group === 'day' ? [...period, dayStarts.map(String)] : period;
}

/** Number of sessions of the period. PostgreSQL computes it once, and reads no metrics if it is too large. */
const SESSION_COUNT = '(SELECT coalesce(sum(sessions), 0) FROM sessions_by)';

const RUN_COUNTS = `count(*) AS runs, count(*) FILTER (WHERE r.status = 'ERROR') AS failed_runs,
        count(*) FILTER (WHERE r.status = 'CANCELLED') AS cancelled_runs`;

/** The runs of the sessions that match. They are joined only if it matters to which session a run belongs. */
function runsOf(condition: WhereClause, group: UsageGroup, dayKey: GroupKey, statements: StatementCache) {
  const { sessions, runs } = statements.tables;
  const isOfAnySession = condition.values.length === 0;
  if (group === 'day' && isOfAnySession) return { key: dayKey, from: `${runs} r` };
  const key = group === 'day' ? dayKey : { type: 's.type', id: 's.id' };
  const selected = group === 'day' ? '' : `, ${columns(KEY_OF_SESSION[group])}`;
  const matching = `SELECT session_id${selected} FROM ${sessions} ${condition.sql(statements)}`;
  return { key, from: `${runs} r JOIN (${matching}) s ON s.session_id = r.session_id` };
}

/**
 * The stored `total_tokens`, a number or a string of digits, if it is a whole number of up to 15 digits; NULL for any other
 * value, so that none makes the statement fail.
 */
function tokens(statements: StatementCache): string {
  const stored = `${asJsonb(statements, 'session_data')}->'session_metrics'->>'total_tokens'`;
  return `substring(${stored} FROM '^([0-9]{1,15})(?:[.]0*)?$')::bigint`;
}

function columns({ type, id }: GroupKey): string {
  return `${type} AS type, ${id} AS id`;
}

/** Selects the rows of a CTE, with NULL in place of numbers that it does not have. */
function numbersOf(source: string, numbers: Numbers): string {
  return `SELECT type, id, ${NUMBERS.map((name) => `${numbers[name] ?? 'NULL::bigint'} AS ${name}`).join(', ')} FROM ${source}`;
}

function unlessOther(value: string): string {
  return `CASE WHEN NOT other THEN ${value} END`;
}
