import pg from 'pg';
import { call } from './api.js';
import { LAYOUT_NAMES, type LayoutName } from './layout-databases.js';
import type { SeededRandom } from './seeded-random.js';

/** Sessions of each database, by type. */
const SESSIONS = { one: 'agent', two: 'team' } as const;
type SessionId = keyof typeof SESSIONS;

/** Number of runs that a session has at first, in each place. */
const RUNS = 40;
/** Few values, so that there are ties everywhere. */
const INDEXES = [null, '-1', '0', '1', '2', '9007199254740993'];
const TIMES = [null, '1', '2', '9007199254740993'];
const STATUSES = ['COMPLETED', 'ERROR', 'PAUSED'];
const MAX_LIMIT = 12;
/** Maximum number of entries of a column that are appended or removed at once. A cursor names eight. */
const MAX_ENTRIES = 6;

/** A run as agno stores it. */
interface Run {
  readonly run_id: string;
  readonly parent_run_id?: string;
  readonly agent_id?: string;
  readonly status: string;
  readonly created_at: number;
  readonly content: string;
}

/** A run of the table. */
interface Row {
  readonly run_data: Run;
  readonly index: string | null;
  readonly created: string | null;
}

/** Parameters that select runs, and the runs that they select. */
interface Selection {
  readonly query: string;
  readonly includes: (run: Run) => boolean;
}

const SELECTIONS: readonly Selection[] = [
  { query: '', includes: () => true },
  { query: '&top_level=true', includes: (run) => run.parent_run_id === undefined },
  { query: '&parent_run_id=p1', includes: (run) => run.parent_run_id === 'p1' },
  { query: '&status=ERROR', includes: (run) => run.status === 'ERROR' },
  {
    query: '&created_after=2&top_level=true',
    includes: (run) => run.created_at >= 2 && run.parent_run_id === undefined,
  },
];

/** What happened. `mistakes` must be empty. */
export interface RunWalksReport {
  walks: number;
  pages: number;
  changes: number;
  readonly mistakes: string[];
}

/**
 * Walks the runs of sessions by cursor, in both directions, while other clients insert, update and delete runs. Each run that
 * existed before a walk and was not changed during it must be shown once, at its position.
 */
export class RunWalks {
  readonly report: RunWalksReport = { walks: 0, pages: 0, changes: 0, mistakes: [] };
  /** The ids of runs that were changed during each running walk. */
  private readonly changed = new Set<Set<string>>();
  private readonly changing = new Map<string, number>();
  private nextId = 0;
  private isOver = false;

  /** @param pools connections to a database of each layout */
  constructor(
    private readonly random: SeededRandom,
    private readonly pools: Readonly<Record<LayoutName, pg.Pool>>,
    private readonly baseUrl: string,
  ) {}

  async run(walks: number, walkers = 4): Promise<void> {
    for (const layout of LAYOUT_NAMES) await this.fill(layout);
    const writers = LAYOUT_NAMES.map((layout) => this.write(layout));
    const walking = Array.from({ length: walkers }, async () => {
      while (this.report.walks < walks) {
        const layout = LAYOUT_NAMES[this.report.walks++ % LAYOUT_NAMES.length] ?? 'v3';
        await this.walk(layout, this.random.pick(['one', 'two']));
      }
    });
    await Promise.all(walking).finally(() => {
      this.isOver = true;
    });
    await Promise.all(writers);
  }

  private async walk(layout: LayoutName, session: SessionId): Promise<void> {
    const { query, includes } = this.random.pick(SELECTIONS);
    const order = this.random.pick(['asc', 'desc']);
    const route = this.random.pick(['runs', 'run-previews']);
    const changed = new Set(this.changing.keys());
    this.changed.add(changed);
    const isShown = (run: Run) => includes(run) && (SESSIONS[session] === 'agent' || run.agent_id !== undefined);
    const before = (await this.runs(layout, session)).filter(isShown).map(({ run_id }) => run_id);
    if (order === 'desc') before.reverse();
    const shown: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const limit = 1 + this.random.below(MAX_LIMIT);
      const path = `/sessions/${session}/${route}?db_id=${layout}&order=${order}&limit=${limit}&cursor=${cursor}${query}`;
      const response = await call(this.baseUrl, path);
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${response.text}`);
      const page: { data: { run_id: string }[]; meta: { next_cursor: string | null } } = response.json;
      this.report.pages++;
      shown.push(...page.data.map(({ run_id }) => run_id));
      cursor = page.meta.next_cursor;
    }
    this.changed.delete(changed);
    const expected = before.filter((id) => !changed.has(`${layout}/${id}`));
    const seen = shown.filter((id) => !changed.has(`${layout}/${id}`));
    if (seen.join() === expected.join()) return;
    const walk = JSON.stringify({ layout, session, order, query });
    this.report.mistakes.push(`${walk}: expected ${expected}, got ${seen}`);
  }

  /** The runs of a session in the order of its list. */
  private async runs(layout: LayoutName, session: SessionId): Promise<Run[]> {
    const client = await this.pools[layout].connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const column = hasColumn(layout) ? await readColumn(client, session) : [];
      const rows = hasTable(layout) ? await readRows(client, session) : [];
      await client.query('COMMIT');
      const copies = new Map(rows.map((row) => [row.run_data.run_id, row.run_data]));
      const inColumn = new Set(column.map(({ run_id }) => run_id));
      const others = rows.filter(({ run_data }) => !inColumn.has(run_data.run_id)).sort(compareRows);
      return [...column.map((run) => copies.get(run.run_id) ?? run), ...others.map(({ run_data }) => run_data)];
    } finally {
      client.release();
    }
  }

  private async write(layout: LayoutName): Promise<void> {
    while (!this.isOver) {
      const session = this.random.pick(['one', 'two'] as const);
      const isTable = hasTable(layout) && (!hasColumn(layout) || this.random.oneIn(2));
      await (isTable ? this.changeTable(layout, session) : this.changeColumn(layout, session));
      this.report.changes++;
    }
  }

  private async changeTable(layout: LayoutName, session: SessionId): Promise<void> {
    const pool = this.pools[layout];
    const rows = await readRows(pool, session);
    const run = rows.length === 0 ? undefined : this.random.pick(rows).run_data;
    const draw = run === undefined || rows.length < RUNS ? 0 : this.random.below(4);
    if (run === undefined || draw === 0) return this.insertRow(layout, session, this.newRun());
    await this.change(layout, [run], async () => {
      if (draw === 1) await pool.query('DELETE FROM ai.agno_runs WHERE run_id = $1', [run.run_id]);
      // Another index is another position.
      if (draw === 2) {
        const index = this.random.pick(INDEXES);
        await pool.query('UPDATE ai.agno_runs SET run_index = $2 WHERE run_id = $1', [run.run_id, index]);
      }
      if (draw === 3) {
        const updated = { ...run, status: this.random.pick(STATUSES) };
        await pool.query('UPDATE ai.agno_runs SET run_data = $2 WHERE run_id = $1', [run.run_id, updated]);
      }
    });
  }

  /** Appends, replaces in place or removes entries; in a mixed layout, also copies one to the table. */
  private async changeColumn(layout: LayoutName, session: SessionId): Promise<void> {
    const column = await readColumn(this.pools[layout], session);
    const draw = column.length < RUNS ? 0 : this.random.below(hasTable(layout) ? 4 : 3);
    const index = this.random.below(Math.max(1, column.length));
    const count = 1 + this.random.below(MAX_ENTRIES);
    const entries = column.slice(index, index + (draw === 1 ? count : 1));
    const added = Array.from({ length: draw === 0 ? count : 0 }, () => this.newRun());
    await this.change(layout, [...added, ...(draw === 0 ? [] : entries)], async () => {
      const [entry] = entries;
      if (draw === 3 && entry !== undefined) return this.insertRow(layout, session, { ...entry, content: 'copied' });
      if (draw === 0) column.push(...added);
      if (draw === 1) column.splice(index, count);
      if (draw === 2 && entry !== undefined) column[index] = { ...entry, status: this.random.pick(STATUSES) };
      await this.pools[layout].query('UPDATE ai.agno_sessions SET runs = $2 WHERE session_id = $1', [
        session,
        JSON.stringify(column),
      ]);
    });
  }

  /** Marks the runs as changed in every walk that overlaps with the change. */
  private async change(layout: LayoutName, runs: readonly Run[], apply: () => Promise<unknown>): Promise<void> {
    const keys = runs.map(({ run_id }) => `${layout}/${run_id}`);
    for (const key of keys) {
      for (const walk of this.changed) walk.add(key);
      this.changing.set(key, (this.changing.get(key) ?? 0) + 1);
    }
    await apply();
    for (const key of keys) {
      for (const walk of this.changed) walk.add(key);
      const left = (this.changing.get(key) ?? 1) - 1;
      if (left === 0) this.changing.delete(key);
      else this.changing.set(key, left);
    }
  }

  private async fill(layout: LayoutName): Promise<void> {
    const pool = this.pools[layout];
    if (hasTable(layout)) await pool.query('ALTER TABLE ai.agno_runs ALTER COLUMN created_at DROP NOT NULL');
    for (const [session, type] of Object.entries(SESSIONS) as [SessionId, string][]) {
      await pool.query('INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ($1, $2, 1)', [
        session,
        type,
      ]);
      if (hasColumn(layout)) {
        const runs = JSON.stringify(Array.from({ length: RUNS }, () => this.newRun()));
        await pool.query('UPDATE ai.agno_sessions SET runs = $2 WHERE session_id = $1', [session, runs]);
      }
      if (hasTable(layout)) for (let run = 0; run < RUNS; run++) await this.insertRow(layout, session, this.newRun());
    }
  }

  private newRun(): Run {
    const { random } = this;
    return {
      run_id: `r${String(this.nextId++).padStart(6, '0')}`,
      ...(random.oneIn(2) && { parent_run_id: random.pick(['p1', 'p2']) }),
      ...(!random.oneIn(4) && { agent_id: 'a' }),
      status: random.pick(STATUSES),
      created_at: 1 + random.below(3),
      content: 'c',
    };
  }

  private async insertRow(layout: LayoutName, session: SessionId, run: Run): Promise<void> {
    await this.change(layout, [run], () =>
      this.pools[layout].query(
        `INSERT INTO ai.agno_runs (run_id, session_id, run_type, parent_run_id, run_index, run_data, created_at)
          VALUES ($1, $2, 'agent', $3, $4, $5, $6) ON CONFLICT (run_id) DO NOTHING`,
        [run.run_id, session, run.parent_run_id ?? null, this.random.pick(INDEXES), run, this.random.pick(TIMES)],
      ),
    );
  }
}

function hasTable(layout: LayoutName): boolean {
  return layout === 'v3' || layout === 'mixed';
}

function hasColumn(layout: LayoutName): boolean {
  return layout !== 'v3';
}

async function readColumn(client: pg.Pool | pg.PoolClient, session: SessionId): Promise<Run[]> {
  const { rows } = await client.query('SELECT runs FROM ai.agno_sessions WHERE session_id = $1', [session]);
  return rows[0].runs;
}

async function readRows(client: pg.Pool | pg.PoolClient, session: SessionId): Promise<Row[]> {
  const { rows } = await client.query(
    'SELECT run_data, run_index::text AS index, created_at::text AS created FROM ai.agno_runs WHERE session_id = $1',
    [session],
  );
  return rows;
}

/** As PostgreSQL sorts: NULL is larger than every value. */
function compareRows(left: Row, right: Row): number {
  const rank = (value: string | null) => (value === null ? 2n ** 64n : BigInt(value));
  for (const key of ['index', 'created'] as const) {
    const difference = rank(left[key]) - rank(right[key]);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return left.run_data.run_id < right.run_data.run_id ? -1 : 1;
}
