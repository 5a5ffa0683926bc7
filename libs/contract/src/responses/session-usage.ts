import { arrayOf, asRaw, NULL, objectOf, quote, type RawJson } from '@session-service/json';
import type { GetUsage, UsageGroup } from '../requests/get-usage.request.js';

/** The numbers of one group, in decimal digits. Null: unknown, which is not zero. */
export interface UsageCounts {
  readonly sessions: string;
  readonly runs: string | null;
  readonly failed_runs: string | null;
  readonly cancelled_runs: string | null;
  readonly total_tokens: string | null;
}

/** The numbers of a day, a component or a user. */
export interface UsageRow extends UsageCounts {
  /** Type of the component; null in other groups. */
  readonly type: string | null;
  /** The position of the day, counted from 1, or the id of the component or user. Null: sessions without one. */
  readonly id: string | null;
  /** True for the sum of all components or users that have no row of their own. */
  readonly other: 't' | 'f';
}

/** What the tables tell about the sessions of a period. */
export interface SessionUsage {
  /** Groups without sessions and runs have no row. */
  readonly rows: readonly UsageRow[];
  /** Number of sessions that were created in the period. */
  readonly sessions: bigint;
  /** Where the database keeps runs. Those of the column are not counted. */
  readonly runsIn: 'table' | 'column' | 'both';
  /** False if there are too many sessions to read their metrics. */
  readonly hasTokens: boolean;
}

/** Maximum number of sessions whose metrics are read for the tokens. */
export const MAX_TOKEN_SESSIONS = 50_000;

/** The body of `GET /usage/sessions`. */
export function printSessionUsage(usage: SessionUsage, query: GetUsage): RawJson {
  const data = query.groupBy === 'day' ? dayRows(usage, query) : usage.rows.map((row) => groupRow(row, query.groupBy));
  const hasRuns = usage.runsIn !== 'column';
  const meta = objectOf([
    ['group_by', quote(query.groupBy)],
    ['from', quote(query.days.at(0) ?? '')],
    ['to', quote(query.days.at(-1) ?? '')],
    ['time_zone', quote(query.timeZone)],
    ['sessions', asRaw(String(usage.sessions))],
    ['has_runs', asRaw(String(hasRuns))],
    ['has_tokens', asRaw(String(usage.hasTokens))],
    ['missing', objectOf(missingParts(usage))],
  ]);
  return objectOf([
    ['data', arrayOf(data)],
    ['meta', meta],
  ]);
}

/** Every day of the period, also those on which nothing happened. */
function dayRows({ rows, runsIn, hasTokens }: SessionUsage, { days }: GetUsage): RawJson[] {
  const byPosition = new Map(rows.map((row) => [row.id, row]));
  const runs = runsIn === 'column' ? null : '0';
  const nothing = {
    sessions: '0',
    runs,
    failed_runs: runs,
    cancelled_runs: runs,
    total_tokens: hasTokens ? '0' : null,
  };
  return days.map((day, index) =>
    objectOf([['day', quote(day)], ...counts(byPosition.get(String(index + 1)) ?? nothing)]),
  );
}

function groupRow(row: UsageRow, group: UsageGroup): RawJson {
  const key: [string, RawJson][] =
    group === 'component'
      ? [
          ['component_type', quoted(row.type)],
          ['component_id', quoted(row.id)],
        ]
      : [['user_id', quoted(row.id)]];
  return objectOf([...key, ['other', asRaw(String(row.other === 't'))], ...counts(row)]);
}

function counts({ sessions, runs, failed_runs, cancelled_runs, total_tokens }: UsageCounts): [string, RawJson][] {
  const members = { sessions, runs, failed_runs, cancelled_runs, total_tokens };
  return Object.entries(members).map(([name, digits]) => [name, digits === null ? NULL : asRaw(digits)]);
}

function quoted(value: string | null): RawJson {
  return value === null ? NULL : quote(value);
}

/** Tells people which numbers are null or incomplete, and why. */
function missingParts({ runsIn, hasTokens }: SessionUsage): [string, RawJson][] {
  const parts: [string, RawJson][] = [];
  if (runsIn === 'column') parts.push(['runs', quote(RUNS_IN_COLUMN)]);
  if (runsIn === 'both') parts.push(['runs', quote(RUNS_IN_BOTH)]);
  if (!hasTokens) parts.push(['total_tokens', quote(TOO_MANY_SESSIONS)]);
  return parts;
}

const RUNS_IN_COLUMN =
  'The database has the tables of agno 2.x, which keep the runs inside of their sessions: runs are not counted';
const RUNS_IN_BOTH =
  'The database was upgraded from agno 2.x: runs that are still kept inside of their sessions are not counted';
const TOO_MANY_SESSIONS = `Tokens are added up only for periods with at most ${MAX_TOKEN_SESSIONS} sessions`;
