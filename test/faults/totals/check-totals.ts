import { call, until } from '../../support/api.js';
import type { SeededRandom } from '../../support/seeded-random.js';
import type { KillablePostgres } from '../support/killable-postgres.js';
import { killOneProcess, pauseWalWriter } from '../support/server-processes.js';
import { type CheckedDatabase, type StoredSession, untilFlushed } from './checked-databases.js';

const TYPES = ['agent', 'team', 'workflow'] as const;
const USERS = ['ada', 'bob', 'eve'];
const TABLE = 'ai.agno_sessions';
/** Number of different session ids, so that changes meet existing sessions and pages stay small. */
const IDS = 30;
/** Number of steps between two crashes. */
const CRASH_INTERVAL = 60;

interface List {
  readonly data: readonly { readonly session_id: string; readonly session_name: string }[];
  readonly meta: { readonly total_count: number };
}

/** Filters and page of one list. */
interface Query {
  readonly user: string | undefined;
  readonly type: string | undefined;
  readonly limit: number;
  readonly page: number;
}

/** What happened during a check. `differences` must be empty. */
export interface TotalsReport {
  lists: number;
  crashes: number;
  readonly differences: string[];
}

/** Changes databases at random, crashes their servers, and compares lists, names and totals with the tables. */
export class TotalsCheck {
  readonly report: TotalsReport = { lists: 0, crashes: 0, differences: [] };
  private step = 0;
  private readonly queries = new Map<CheckedDatabase, Query>();

  constructor(
    private readonly random: SeededRandom,
    private readonly databases: readonly CheckedDatabase[],
    private readonly baseUrl: string,
  ) {}

  async run(steps: number): Promise<void> {
    let database = this.random.pick(this.databases);
    for (this.step = 1; this.step <= steps; this.step++) {
      // Stays in one database for several steps, because a commit in another database of its server changes the
      // snapshot.
      if (this.random.oneIn(4)) database = this.random.pick(this.databases);
      const draw = this.random.below(150);
      if (this.step % CRASH_INTERVAL === 0) await this.crash(database);
      else if (draw < 15) await this.respondLate(database);
      else if (draw < 31) await this.commitAsynchronously(database);
      else if (draw < 41) await this.rewrite(database);
      else if (draw < 46 && database.standby !== undefined) await this.lag(database, database.standby);
      else await this.transaction(database);
      await this.compare(database);
    }
  }

  /** Commits or rolls back some changes. */
  private async transaction(database: CheckedDatabase, settings = ''): Promise<void> {
    const type = this.random.pick(TYPES);
    const changes = [this.change(type), ...this.random.some(2, () => this.change(type))];
    if (this.random.oneIn(4)) changes.push(`SAVEPOINT s; ${this.change(type)}; ROLLBACK TO SAVEPOINT s`);
    const end = this.random.oneIn(3) ? 'ROLLBACK' : 'COMMIT';
    await database.change(type, `BEGIN; ${settings} ${changes.join('; ')}; ${end}`);
  }

  private change(type: string): string {
    const id = `${type}${this.random.below(IDS)}`;
    const deletion = `DELETE FROM ${TABLE} WHERE session_id = '${id}'`;
    if (this.random.oneIn(3)) return deletion;
    const name = `name ${this.step}.${this.random.below(1_000)}`;
    const run = { run_id: 'r', [`${type}_id`]: 'c', messages: [{ role: 'user', content: name }] };
    // Workflows always get a name: their titles do not come from messages.
    const named = type === 'workflow' || this.random.oneIn(2);
    const data = named ? `'${JSON.stringify({ session_name: name })}', NULL` : `NULL, '${JSON.stringify([run])}'`;
    return `${deletion}; INSERT INTO ${TABLE} (session_id, session_type, user_id, created_at, session_data, runs)
      VALUES ('${id}', '${type}', '${this.random.pick(USERS)}', 1, ${data})`;
  }

  /** Commits without waiting for the flush. The replica has not received such a commit yet. */
  private async commitAsynchronously(database: CheckedDatabase): Promise<void> {
    const before = await database.rows();
    const resume = await pauseWalWriter(database.server);
    await this.transaction(database, 'SET LOCAL synchronous_commit = off;');
    await this.compare(database, before);
    resume();
    await untilFlushed(database);
  }

  /** Rewrites the rows of one type: compacts, replaces or removes them. */
  private async rewrite(database: CheckedDatabase): Promise<void> {
    const type = this.random.pick(TYPES);
    if (database.parts[type] === undefined && Object.keys(database.parts).length > 0) return;
    const kept = `CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM ${TABLE}; TRUNCATE ${TABLE}`;
    await database.change(
      type,
      this.random.pick([
        `VACUUM FULL ${TABLE}`,
        `BEGIN; TRUNCATE ${TABLE}; ${this.change(type)}; COMMIT`,
        `BEGIN; TRUNCATE ${TABLE}; ROLLBACK`,
        `BEGIN; ${kept}; INSERT INTO ${TABLE} SELECT * FROM kept; ${this.change(type)}; COMMIT`,
      ]),
    );
  }

  /** Requests a list, delays PostgreSQL's response to its page or its count, and changes the table meanwhile. */
  private async respondLate(database: CheckedDatabase): Promise<void> {
    const before = await database.rows();
    const statement = this.random.pick(['page:', 'count:']);
    const hold = database.network.hold((request) => request.includes(statement));
    const late = this.compare(database, before);
    let isOver = false;
    const over = late.finally(() => {
      isOver = true;
    });
    // A list that has a cached total, or that reads from the replica, sends no such statement.
    await until(async () => hold.isHolding() || isOver);
    await this.transaction(database);
    const after = this.compare(database);
    hold.release();
    await Promise.all([over, after]);
  }

  /** Changes the table while the replica does not replay. */
  private async lag(database: CheckedDatabase, standby: KillablePostgres): Promise<void> {
    await standby.sql('SELECT pg_wal_replay_pause()');
    await this.transaction(database);
    await this.compare(database);
    await standby.sql('SELECT pg_wal_replay_resume()');
  }

  /**
   * Kills one process of a server, or all of them. Transactions before the crash are not flushed, so that those after it
   * get the same ids. A standby shows only what it has replayed again since the crash.
   */
  private async crash(database: CheckedDatabase): Promise<void> {
    const isStandby = database.standby !== undefined && this.random.oneIn(4);
    const server = (isStandby ? database.standby : undefined) ?? database.server;
    if (isStandby) {
      await this.compare(database);
      await server.configure('recovery_min_apply_delay', '1h');
    } else {
      await server.sql('CHECKPOINT');
      await pauseWalWriter(server);
      const states = [await database.rows()];
      for (let count = this.random.below(3); count >= 0; count--) {
        await this.transaction(database, 'SET LOCAL synchronous_commit = off;');
        states.push(await database.rows());
        await this.compare(database, ...states);
      }
    }
    this.report.crashes++;
    if (this.random.oneIn(3)) {
      await server.kill();
      await server.restart();
    } else {
      await killOneProcess(server);
    }
    for (const checked of this.databases) await checked.untilAvailable();
    // Compared before any change, because after a change the service no longer relies on what it knew about the
    // standby.
    await this.compare(database);
    if (isStandby) await server.configure('recovery_min_apply_delay', '0');
    for (let count = this.random.below(3); count >= 0; count--) {
      await this.transaction(database);
      await this.compare(database);
    }
  }

  /**
   * Compares a list with the table, or with one of the `earlier` states of the table if commits are still running or
   * not flushed.
   */
  private async compare(database: CheckedDatabase, ...earlier: readonly StoredSession[][]): Promise<void> {
    const query = this.nextQuery(database);
    const { data, meta } = await this.list(database, query);
    this.report.lists++;
    const shown = JSON.stringify(data.map(({ session_id, session_name }) => [session_id, session_name]));
    const states = [await database.rows(), ...earlier].map((rows) => expected(rows, query));
    if (states.some((state) => state.shown === shown) && states.some(({ total }) => total === meta.total_count)) return;
    this.report.differences.push(
      `step ${this.step}, database ${this.databases.indexOf(database)}, ${JSON.stringify(query)}: listed ${shown} of ${meta.total_count}, stored ${JSON.stringify(states)}`,
    );
  }

  /** Usually the query of the previous step, because only a list with equal filters can show an earlier total. */
  private nextQuery(database: CheckedDatabase): Query {
    const { random } = this;
    const last = this.queries.get(database);
    if (last !== undefined && !random.oneIn(4)) return last;
    const query: Query = {
      user: random.oneIn(3) ? random.pick(USERS) : undefined,
      type: random.oneIn(3) ? random.pick(TYPES) : undefined,
      limit: random.pick([3, 100]),
      page: random.pick([1, 1, 2]),
    };
    this.queries.set(database, query);
    return query;
  }

  /** Repeats a list that is rejected because the server is recovering. */
  private list(database: CheckedDatabase, { user, type, limit, page }: Query): Promise<List> {
    const filters = [user && `user_id=${user}`, type && `type=${type}`].filter((filter) => filter !== undefined);
    const parameters = [`db_id=${this.databases.indexOf(database)}`, `limit=${limit}&page=${page}`, ...filters];
    const path = `/sessions?${parameters.join('&')}&sort_by=session_id&sort_order=asc`;
    return until(async () => {
      const { status, text } = await call(this.baseUrl, path);
      if (status === 200) return JSON.parse(text) as List;
      if (status !== 503) throw new Error(`step ${this.step}, ${path}: ${status} ${text}`);
      return undefined;
    });
  }
}

function expected(
  rows: readonly StoredSession[],
  { user, type, limit, page }: Query,
): { shown: string; total: number } {
  const found = rows.filter((row) => (user ?? row.user) === row.user && (type ?? row.type) === row.type);
  const shown = found.slice(limit * (page - 1), limit * page);
  return { shown: JSON.stringify(shown.map(({ id, name }) => [id, name])), total: found.length };
}
