import pg from 'pg';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from './agno-tables.js';
import { call } from './api.js';
import { type Filter, type FilteredSession, matches, randomFilter } from './filter-model.js';
import type { SeededRandom } from './seeded-random.js';

/** SQL of the tables of the databases that are walked, by db_id. Times may be NULL. */
export const WALKED_TABLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    json: V2_JSON_TABLES,
    v2: V2_TABLES,
    v3: `${V2_TABLES.replace(' runs jsonb,', '')} ${UPGRADE_TO_V3}`,
  }).map(([id, tables]) => [id, `${tables} ALTER TABLE ai.agno_sessions ALTER COLUMN created_at DROP NOT NULL;`]),
);

/** Number of ids, of which most have a session. Times have few values, so that there are ties everywhere. */
const IDS = 300;
const TIMES = [null, '-3', '0', '1', '2', '9007199254740993', '9007199254740994'];
const MAX_LIMIT = 15;

interface Row {
  readonly id: string;
  readonly created: string | null;
  readonly updated: string | null;
  readonly session: FilteredSession;
}

/** Sessions that a walk must show, and how it selects them. */
interface Selection {
  readonly query: string;
  readonly filter: Filter | undefined;
  readonly includes: (row: Row) => boolean;
}

/** What happened. `mistakes` must be empty. */
export interface WalksReport {
  walks: number;
  pages: number;
  changes: number;
  readonly mistakes: string[];
}

/**
 * Walks lists with cursors while other clients insert, rename, touch and delete sessions. Each session that existed before a
 * walk and was not changed during it must be shown once, at its position in the order.
 */
export class CursorWalks {
  readonly report: WalksReport = { walks: 0, pages: 0, changes: 0, mistakes: [] };
  /** Ids that are being changed, with the number of changes. */
  private readonly changing = new Map<string, number>();
  /** The ids that were changed during each running walk. */
  private readonly changed = new Set<Set<string>>();
  private isOver = false;

  /** @param pools connections to the databases by db_id */
  constructor(
    private readonly random: SeededRandom,
    private readonly pools: ReadonlyMap<string, pg.Pool>,
    private readonly baseUrl: string,
  ) {}

  async run(walks: number, walkers = 4): Promise<void> {
    for (const db of this.pools.keys()) for (let id = 0; id < IDS; id++) await this.insert(db, idOf(id));
    const writers = [...this.pools.keys()].map((db) => this.write(db));
    const walking = Array.from({ length: walkers }, async () => {
      while (this.report.walks < walks) {
        this.report.walks++;
        await this.walk(this.random.pick([...this.pools.keys()]));
      }
    });
    await Promise.all(walking).finally(() => {
      this.isOver = true;
    });
    await Promise.all(writers);
  }

  private async walk(db: string): Promise<void> {
    const { query, filter, includes } = this.selection();
    const sortBy = this.random.pick(['created_at', 'updated_at'] as const);
    const sortOrder = this.random.pick(['asc', 'desc'] as const);
    const count = this.random.pick(['exact', 'none'] as const);
    const changed = new Set(this.changing.keys());
    this.changed.add(changed);
    const before = (await this.rows(db)).filter(includes).sort(compareRows(sortBy, sortOrder));
    const shown: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const limit = 1 + this.random.below(MAX_LIMIT);
      const order = { sort_by: sortBy, sort_order: sortOrder, limit, cursor, count };
      const response = await (filter === undefined
        ? call(this.baseUrl, `/sessions?db_id=${db}${query}&${new URLSearchParams({ ...order, limit: String(limit) })}`)
        : call(this.baseUrl, `/sessions/search?db_id=${db}${query}`, { method: 'POST', body: { ...order, filter } }));
      if (response.status !== 200) throw new Error(`${response.status} ${response.text}`);
      const page: { data: { session_id: string }[]; meta: { next_cursor: string | null } } = response.json;
      this.report.pages++;
      shown.push(...page.data.map(({ session_id }) => session_id));
      cursor = page.meta.next_cursor;
    }
    this.changed.delete(changed);
    const isUnchanged = (id: string) => !changed.has(`${db}/${id}`);
    const expected = before.map(({ id }) => id).filter(isUnchanged);
    const seen = shown.filter(isUnchanged);
    if (seen.join() === expected.join()) return;
    const walk = JSON.stringify({ db, sortBy, sortOrder, query, filter });
    this.report.mistakes.push(`${walk}: expected ${expected}, got ${seen}`);
  }

  private selection(): Selection {
    const draw = this.random.below(4);
    if (draw === 0) return { query: '', filter: undefined, includes: () => true };
    if (draw === 1) {
      const includes = ({ session }: Row) => session.user_id === 'u1';
      return { query: '&user_id=u1', filter: undefined, includes };
    }
    if (draw === 2) {
      const includes = ({ created, session }: Row) =>
        created !== null &&
        BigInt(created) >= 0n &&
        matches({ op: 'IN', key: 'metadata.k', values: [1, '1'] }, session) === true;
      return { query: '&created_after=0&metadata.k=1', filter: undefined, includes };
    }
    const filter = withoutTimes(randomFilter(this.random, 3));
    return { query: '', filter, includes: ({ session }) => matches(filter, session) === true };
  }

  private async rows(db: string): Promise<Row[]> {
    const { rows } = await this.pool(db).query(
      `SELECT session_id, session_type, user_id, session_data->>'session_name' AS session_name, metadata,
        created_at::text AS created, coalesce(updated_at, created_at)::text AS updated FROM ai.agno_sessions`,
    );
    return rows.map(({ created, updated, ...row }) => {
      const given = Object.entries(row).filter(([, value]) => value !== null);
      return { id: row.session_id, created, updated, session: Object.fromEntries(given) as unknown as FilteredSession };
    });
  }

  private async write(db: string): Promise<void> {
    while (!this.isOver) {
      const id = idOf(this.random.below(IDS));
      await this.change(db, id, () => this.changeOnce(db, id));
      this.report.changes++;
    }
  }

  private changeOnce(db: string, id: string): Promise<unknown> {
    const path = `/sessions/${id}?db_id=${db}`;
    switch (this.random.below(6)) {
      case 0:
      case 5:
        return this.insert(db, id);
      case 1: {
        const body = { session_name: this.random.pick(['a', 'aB']) };
        return call(this.baseUrl, `/sessions/${id}/rename?db_id=${db}`, { method: 'POST', body });
      }
      case 2:
        return call(this.baseUrl, path, { method: 'PATCH', body: { metadata: { k: this.random.below(2) } } });
      case 3:
        return call(this.baseUrl, path, { method: 'DELETE' });
      default:
        return this.pool(db).query('UPDATE ai.agno_sessions SET updated_at = $2 WHERE session_id = $1', [
          id,
          this.random.pick(TIMES),
        ]);
    }
  }

  /** Marks the session as changed in every walk that overlaps with the change. */
  private async change(db: string, id: string, apply: () => Promise<unknown>): Promise<void> {
    const key = `${db}/${id}`;
    for (const walk of this.changed) walk.add(key);
    this.changing.set(key, (this.changing.get(key) ?? 0) + 1);
    await apply();
    for (const walk of this.changed) walk.add(key);
    const left = (this.changing.get(key) ?? 1) - 1;
    if (left === 0) this.changing.delete(key);
    else this.changing.set(key, left);
  }

  private insert(db: string, id: string): Promise<unknown> {
    const { random } = this;
    const name = random.oneIn(2) ? null : JSON.stringify({ session_name: random.pick(['a', 'aB']) });
    const metadata = random.pick([null, {}, { k: 1 }, { k: '1' }, { k: 'a', a: { b: 'x' } }, { k: null }]);
    return this.pool(db).query(
      `INSERT INTO ai.agno_sessions (session_id, session_type, user_id, session_data, metadata, created_at, updated_at)
        VALUES ($1, 'agent', $2, $3, $4, $5, $6) ON CONFLICT (session_id) DO NOTHING`,
      [
        id,
        random.pick(['u1', 'u2', null]),
        name,
        metadata && JSON.stringify(metadata),
        random.pick(TIMES),
        random.pick(TIMES),
      ],
    );
  }

  private pool(db: string): pg.Pool {
    const pool = this.pools.get(db);
    if (pool === undefined) throw new Error(`No database ${db}`);
    return pool;
  }
}

function idOf(index: number): string {
  return `s${String(index).padStart(4, '0')}`;
}

/** The model compares times as doubles, which cannot represent all times of these sessions. */
function withoutTimes(filter: Filter): Filter {
  if ('conditions' in filter) return { ...filter, conditions: filter.conditions.map(withoutTimes) };
  if ('condition' in filter) return { ...filter, condition: withoutTimes(filter.condition) };
  return filter.key.endsWith('_at') ? { op: 'EQ', key: 'user_id', value: 'u1' } : filter;
}

/** As PostgreSQL sorts: NULL is larger than every value. */
function compareRows(sortBy: 'created_at' | 'updated_at', sortOrder: 'asc' | 'desc') {
  const key = ({ created, updated }: Row) => (sortBy === 'created_at' ? created : updated);
  const rank = (value: string | null) => (value === null ? 2n ** 64n : BigInt(value));
  const ascending = (left: Row, right: Row) => {
    const difference = rank(key(left)) - rank(key(right));
    if (difference !== 0n) return difference < 0n ? -1 : 1;
    return left.id < right.id ? -1 : 1;
  };
  return sortOrder === 'asc' ? ascending : (left: Row, right: Row) => -ascending(left, right);
}
