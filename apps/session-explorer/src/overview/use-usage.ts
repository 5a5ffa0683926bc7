import type { components } from '@session-service/session-client';
import { useQuery } from '@tanstack/react-query';
import { useService } from '../api/client';

export type DayUsage = components['schemas']['DayUsage'];
export type ComponentUsage = components['schemas']['ComponentUsage'];
export type UserUsage = components['schemas']['UserUsage'];
export type UsageInfo = components['schemas']['SessionUsageInfo'];

/** The numbers of each group, and what they cannot tell. */
export interface Usage<Group> {
  readonly data: readonly Group[];
  readonly meta: UsageInfo;
}

interface Groups {
  readonly day: DayUsage;
  readonly component: ComponentUsage;
  readonly user: UserUsage;
}

interface UsageOptions {
  readonly database: string | undefined;
  /** Length of the period in days, which ends today. */
  readonly days: number;
  /** False: not yet, since the service computes one response at a time. */
  readonly isEnabled?: boolean;
}

/** Numbers of sessions, runs and tokens by day, component or user. The days are those of the browser's time zone. */
export function useUsage<Name extends keyof Groups>(group: Name, { database, days, isEnabled = true }: UsageOptions) {
  const { client } = useService();
  return useQuery({
    queryKey: ['usage', database, group, days],
    enabled: isEnabled,
    queryFn: async ({ signal }) => {
      const period = { from: dateBefore(days - 1), time_zone: TIME_ZONE };
      const query = { group_by: group, db_id: database ?? null, ...period };
      // The group decides on the type of the rows.
      const usage: Usage<unknown> = await client.get('/usage/sessions', { params: { query }, signal });
      return usage as Usage<Groups[Name]>;
    },
  });
}

const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The date of some days ago in the time zone of the browser, as `2026-11-30`. */
export function dateBefore(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() - days);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

/** The share of runs that failed, in percent; undefined without runs. */
export function errorRate({ runs, failed_runs }: Pick<DayUsage, 'runs' | 'failed_runs'>): number | undefined {
  return runs ? (100 * (failed_runs ?? 0)) / runs : undefined;
}
