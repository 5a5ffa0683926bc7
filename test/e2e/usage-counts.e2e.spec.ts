import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createLayoutDatabases, LAYOUT_NAMES, type LayoutDatabases } from '../support/layout-databases.js';
import { SeededRandom } from '../support/seeded-random.js';
import { startSessionService } from '../support/session-service.js';
import { insertUsage, randomUsage, tokensOf, type UsageRun, type UsageSession } from '../support/usage-rows.js';

/** 2025-03-20: the period contains the start of summer time in most of these zones, at different days and hours. */
const START = Date.UTC(2025, 2, 20) / 1000;
const SECONDS = 40 * 86_400;

/** Cairo and Beirut skip midnight; Lord Howe Island changes its clocks by half an hour. */
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Africa/Cairo', 'Asia/Beirut', 'Australia/Lord_Howe'];
ZONES.push('Asia/Kathmandu', 'Pacific/Kiritimati', 'Pacific/Pago_Pago');

const QUERIES = 40;

interface Counts {
  sessions: number;
  runs: number | null;
  failed_runs: number | null;
  cancelled_runs: number | null;
  total_tokens: number | null;
}

interface Selection {
  readonly groupBy: 'day' | 'component' | 'user';
  readonly zone: string;
  readonly from: string;
  readonly to: string;
  readonly type?: string;
  readonly component_id?: string;
  readonly user_id?: string;
}

/** The numbers of `GET /usage/sessions`, computed from the rows themselves; the days of times are those of PostgreSQL. */
class UsageModel {
  constructor(
    private readonly sessions: readonly UsageSession[],
    private readonly runs: readonly UsageRun[],
    private readonly days: ReadonlyMap<string, string>,
    private readonly hasRuns: boolean,
  ) {}

  groups(selection: Selection): ReadonlyMap<string, Counts> {
    const groups = new Map<string, Counts>();
    const countsOf = (key: string) => {
      const runs = this.hasRuns ? 0 : null;
      const zero = { sessions: 0, runs, failed_runs: runs, cancelled_runs: runs, total_tokens: 0 };
      const counts: Counts = groups.get(key) ?? zero;
      groups.set(key, counts);
      return counts;
    };
    const dayOf = (time: number) => this.days.get(`${selection.zone} ${time}`) ?? '';
    const isWithin = (time: number) => dayOf(time) >= selection.from && dayOf(time) <= selection.to;
    const keyOf = (session: UsageSession, time: number) => {
      if (selection.groupBy === 'day') return dayOf(time);
      return JSON.stringify(selection.groupBy === 'user' ? [session.user_id] : componentOf(session));
    };
    const matching = this.sessions.filter((session) => matches(session, selection));
    for (const session of matching.filter(({ created_at }) => isWithin(created_at))) {
      const counts = countsOf(keyOf(session, session.created_at));
      counts.sessions++;
      counts.total_tokens = (counts.total_tokens ?? 0) + tokensOf(session);
    }
    for (const run of this.hasRuns ? this.runs.filter(({ created_at }) => isWithin(created_at)) : []) {
      const session = matching.find(({ session_id }) => session_id === run.session_id);
      if (session === undefined) continue;
      const counts = countsOf(keyOf(session, run.created_at));
      counts.runs = (counts.runs ?? 0) + 1;
      if (run.status === 'ERROR') counts.failed_runs = (counts.failed_runs ?? 0) + 1;
      if (run.status === 'CANCELLED') counts.cancelled_runs = (counts.cancelled_runs ?? 0) + 1;
    }
    return groups;
  }
}

function componentOf(session: UsageSession): [type: string, id: string | null] {
  const { session_type, agent_id, team_id, workflow_id } = session;
  const implied = agent_id ? 'agent' : team_id ? 'team' : workflow_id ? 'workflow' : 'agent';
  const type = session_type || implied;
  if (type === 'team') return [type, team_id];
  return type === 'workflow' ? [type, workflow_id] : ['agent', agent_id];
}

function matches(session: UsageSession, { type, component_id, user_id }: Selection): boolean {
  const { agent_id, team_id, workflow_id } = session;
  const idOfType = { agent: agent_id, team: team_id, workflow: workflow_id }[type ?? ''];
  const isOfComponent =
    type === undefined ? [agent_id, team_id, workflow_id].includes(component_id ?? '') : idOfType === component_id;
  return (
    (type === undefined || session.session_type === type) &&
    (component_id === undefined || isOfComponent) &&
    (user_id === undefined || session.user_id === user_id)
  );
}

describe('the usage of random sessions', () => {
  const random = new SeededRandom(28);
  const rows = randomUsage(random, START, SECONDS);
  let databases: LayoutDatabases;
  let service: ServerProcess;
  let days: Map<string, string>;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    for (const layout of LAYOUT_NAMES) await insertUsage(databases[layout], layout, rows);
    const times = [...rows.sessions, ...rows.runs].map(({ created_at }) => created_at);
    const found = await databases.v3.sql<{ zone: string; time: string; day: string }>(
      `SELECT zone, time, to_char(to_timestamp(time) AT TIME ZONE zone, 'YYYY-MM-DD') AS day
        FROM unnest($1::text[]) zone, unnest($2::bigint[]) time`,
      [ZONES, times],
    );
    days = new Map(found.map(({ zone, time, day }) => [`${zone} ${time}`, day]));
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
  });
  afterAll(() => service.stop());

  const randomDay = () => new Date((START + random.below(SECONDS)) * 1000).toISOString().slice(0, 10);
  const randomSelection = (): Selection => {
    const [from = '', to = ''] = [randomDay(), randomDay()].sort();
    const filters = {
      ...(random.oneIn(3) && { type: random.pick(['agent', 'team', 'workflow']) }),
      ...(random.oneIn(3) && { component_id: random.pick(['agent-7', 'team-1', 'workflow-2', 'nowhere']) }),
      ...(random.oneIn(3) && { user_id: random.pick(["user'-3", '', 'nobody']) }),
    };
    return { groupBy: random.pick(['day', 'component', 'user']), zone: random.pick(ZONES), from, to, ...filters };
  };

  it.each(LAYOUT_NAMES)('equals what the rows of the layout %s add up to', async (layout) => {
    const model = new UsageModel(rows.sessions, rows.runs, days, layout === 'v3' || layout === 'mixed');
    for (let query = 0; query < QUERIES; query++) {
      const selection = randomSelection();
      const { groupBy, zone, ...parameters } = selection;
      const search = new URLSearchParams({ db_id: layout, group_by: groupBy, time_zone: zone, ...parameters });
      const { status, json } = await call(service.baseUrl, `/usage/sessions?${search}`);
      expect(status, `${search}`).toBe(200);
      const expected = model.groups(selection);
      expectRows(json, expected, groupBy, `${search}`);
    }
  });
});

type Row = Counts & { day?: string; component_type?: string; component_id?: string; user_id?: string; other?: boolean };

/** Compares the rows of a response. The sum of the groups without a row of their own must be that of the others. */
function expectRows(
  { data, meta }: { data: Row[]; meta: { sessions: number } },
  expected: ReadonlyMap<string, Counts>,
  groupBy: string,
  query: string,
) {
  const keyOf = ({ day, component_type, component_id, user_id }: Row) =>
    groupBy === 'day' ? (day ?? '') : JSON.stringify(groupBy === 'user' ? [user_id] : [component_type, component_id]);
  const own = data.filter(({ other }) => other !== true);
  const remaining = new Map(expected);
  for (const row of own) {
    const counts = remaining.get(keyOf(row));
    remaining.delete(keyOf(row));
    if (groupBy === 'day') expect(row, query).toMatchObject(counts ?? { sessions: 0, total_tokens: 0 });
    else expect(row, query).toMatchObject(counts ?? { sessions: 'a group that exists' });
  }
  if (groupBy !== 'day') expect(own, query).toHaveLength(Math.min(expected.size, 50));
  const [rest] = data.filter(({ other }) => other === true);
  expect(rest?.sessions ?? 0, query).toBe(sumOf([...remaining.values()].map(({ sessions }) => sessions)));
  expect(rest?.total_tokens ?? 0, query).toBe(sumOf([...remaining.values()].map((counts) => counts.total_tokens ?? 0)));
  expect(rest?.runs ?? 0, query).toBe(sumOf([...remaining.values()].map((counts) => counts.runs ?? 0)));
  const least = Math.min(...own.map(({ sessions }) => sessions));
  for (const { sessions } of remaining.values()) expect(sessions, query).toBeLessThanOrEqual(least);
  expect(meta.sessions, query).toBe(sumOf([...expected.values()].map(({ sessions }) => sessions)));
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
