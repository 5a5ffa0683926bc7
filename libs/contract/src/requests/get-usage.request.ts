import { quote } from '@session-service/json';
import { QueryReader } from '../query-parameters.js';
import { type CalendarDay, parseDay, printDay, TimeZone } from '../time/calendar-days.js';
import { IssueLog, invalidValue, notADate } from '../validation-issues.js';
import { readSessionReference, type SessionReference } from './get-session.request.js';

export const USAGE_GROUPS = ['day', 'component', 'user'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

/** Maximum number of days that a request may ask for. */
export const MAX_USAGE_DAYS = 90;

const DEFAULT_DAYS = 30;

/** Parameters of `GET /usage/sessions`. AgentOS has no such route. */
export interface GetUsage extends SessionReference {
  readonly componentId: string | undefined;
  readonly groupBy: UsageGroup;
  /** The days of the period as `YYYY-MM-DD`, in order; at least one. */
  readonly days: readonly string[];
  /** The first second of each day in Unix seconds, and of the day after the last one. */
  readonly dayStarts: readonly number[];
  /** Name of the time zone whose days these are. */
  readonly timeZone: string;
}

/**
 * @param rawQuery text after `?`
 * @param now Unix seconds; the period ends today unless the request names another day
 * @throws HttpProblem 422
 */
export function parseGetUsage(rawQuery: string, now = Date.now() / 1000): GetUsage {
  const log = new IssueLog();
  const query = new QueryReader(rawQuery, log);
  const groupBy = query.choice('group_by', USAGE_GROUPS) ?? 'day';
  const zone = readTimeZone(query, log);
  const to = readDay('to', query, log) ?? zone.dayAt(now);
  const from = readDay('from', query, log) ?? Math.max(0, to - DEFAULT_DAYS + 1);
  checkPeriod(from, to, query, log);
  const reference = readSessionReference(query);
  log.throwOrDefer();
  const days = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return {
    ...reference,
    componentId: query.string('component_id'),
    groupBy,
    days: days.map(printDay),
    dayStarts: [...days, to + 1].map((day) => zone.startOf(day)),
    timeZone: zone.name,
  };
}

function readTimeZone(query: QueryReader, log: IssueLog): TimeZone {
  const name = query.string('time_zone') ?? 'UTC';
  const zone = TimeZone.named(name);
  if (zone !== undefined) return zone;
  const reason = 'time_zone must be a name of the IANA time zone database, such as Europe/Berlin';
  log.report(invalidValue(['query', 'time_zone'], reason, quote(name)));
  return TimeZone.utc;
}

function readDay(name: 'from' | 'to', query: QueryReader, log: IssueLog): CalendarDay | undefined {
  const text = query.string(name);
  if (text === undefined) return undefined;
  const day = parseDay(text);
  if (day === undefined) log.report(notADate(['query', name], quote(text)));
  return day;
}

function checkPeriod(from: CalendarDay, to: CalendarDay, query: QueryReader, log: IssueLog): void {
  const report = (reason: string) => {
    log.report(invalidValue(['query', 'from'], reason, quote(query.string('from') ?? printDay(from))));
  };
  if (from > to) report('from must not be after to, which is today by default');
  else if (to - from >= MAX_USAGE_DAYS) report(`a period of at most ${MAX_USAGE_DAYS} days is accepted`);
}
