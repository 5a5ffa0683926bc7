import pg from 'pg';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from './agno-tables.js';
import { type ApiResponse, call, until } from './api.js';
import type { SeededRandom } from './seeded-random.js';

/** SQL of the tables of the databases that are read, by db_id. */
export const REVALIDATED_TABLES: Readonly<Record<string, string>> = {
  v3: `${V2_TABLES.replace(' runs jsonb,', '')} ${UPGRADE_TO_V3}`,
  v2: V2_TABLES,
  mixed: V2_TABLES + UPGRADE_TO_V3,
  json: V2_JSON_TABLES,
};

const SESSIONS = 3;
const RUNS = 4;
/** Maximum number of transactions of other clients that are open at the same time in one database. */
const MAX_OPEN = 3;
/** Number of responses of a path that a client keeps. */
const MAX_KEPT = 30;

/** A response that a client has stored with its ETag. */
interface StoredResponse {
  readonly etag: string;
  readonly body: string;
}

/** A transaction that stores a run and has not ended. */
interface OpenChange {
  readonly client: pg.Client;
  readonly session: string;
  readonly run: string;
}

/** A database that the check changes and reads. */
export class RevalidatedDatabase {
  readonly hasRunsTable: boolean;
  readonly hasRunsColumn: boolean;
  readonly open: OpenChange[] = [];
  /** What clients have stored, by path: the last response first. */
  readonly stored = new Map<string, StoredResponse[]>();
  /** Paths of pages after and before others, by their sessions. */
  readonly pages = new Map<string, string[]>();
  private readonly pool: pg.Pool;

  constructor(
    readonly id: string,
    readonly dsn: string,
    tables = REVALIDATED_TABLES[id] ?? '',
  ) {
    this.hasRunsTable = tables.includes('CREATE TABLE ai.agno_runs');
    this.hasRunsColumn = tables.includes(' runs json');
    this.pool = new pg.Pool({ connectionString: dsn, max: 1 });
    this.pool.on('error', () => undefined);
  }

  async query<Row extends object>(sql: string): Promise<Row[]> {
    return (await this.pool.query(sql)).rows as Row[];
  }

  /** Ends all open transactions, which a crash has ended or would make wait. */
  async endAll(): Promise<void> {
    await Promise.all(this.open.splice(0).map(({ client }) => client.end().catch(() => undefined)));
  }

  async close(): Promise<void> {
    await this.endAll();
    await this.pool.end();
  }
}

/** What happened. `mistakes` must be empty. */
export interface RevalidationReport {
  changes: number;
  responses: number;
  notModified: number;
  crashes: number;
  readonly mistakes: string[];
}

/**
 * Changes sessions and runs at random, with transactions that commit in another order than they have begun, deletions and
 * runs that are stored anew. After each change a client asks with the ETag of its last response, or of an older one: with
 * 304, that response must be what a client without a stored response gets.
 */
export class RevalidationCheck {
  readonly report: RevalidationReport = { changes: 0, responses: 0, notModified: 0, crashes: 0, mistakes: [] };
  private step = 0;

  /** @param crash crashes the server of a database; undefined: none ever crashes */
  constructor(
    private readonly random: SeededRandom,
    private readonly databases: readonly RevalidatedDatabase[],
    private readonly baseUrl: string,
    private readonly crash?: (database: RevalidatedDatabase, check: RevalidationCheck) => Promise<void>,
  ) {}

  async run(steps: number, crashInterval = 40): Promise<void> {
    for (const database of this.databases) {
      for (let index = 0; index < SESSIONS; index++) {
        await database.query(this.storeSession(database, `s${index}`));
        for (let run = 0; run < RUNS; run++)
          await database.query(this.storeRun(database, `s${index}`, `s${index}r${run}`));
      }
    }
    for (this.step = 1; this.step <= steps; this.step++) {
      const database = this.random.pick(this.databases);
      if (this.crash !== undefined && this.step % crashInterval === 0) {
        this.report.crashes++;
        await this.crash(database, this);
        continue;
      }
      const session = `s${this.random.below(SESSIONS)}`;
      const known = database.pages.get(session) ?? [];
      const paths = [this.path(session), this.path(session), ...(known.length > 0 ? [this.random.pick(known)] : [])];
      for (const path of paths) await this.compare(database, path);
      await this.change(database, session);
      for (const path of [...paths, ...paths]) await this.compare(database, path);
    }
  }

  /** Makes one change; some begin or end a transaction of another client. */
  private async change(database: RevalidatedDatabase, session: string): Promise<void> {
    this.report.changes++;
    const draw = this.random.below(10);
    if (draw < 2 && database.hasRunsTable && database.open.length < MAX_OPEN) return this.begin(database, session);
    if (draw < 5 && database.open.length > 0) return this.end(database);
    await database.query(this.changeOf(database, session));
  }

  /** Compares a conditional response with a fresh one. */
  async compare(database: RevalidatedDatabase, path: string): Promise<void> {
    const stored = database.stored.get(path) ?? [];
    const known = this.random.oneIn(3) ? this.random.pick([undefined, ...stored]) : stored[0];
    const response = await this.get(database, path, known?.etag ?? '""');
    const fresh = await this.get(database, path);
    this.report.responses++;
    const etag = response.headers.get('etag');
    if (response.status === 304) {
      this.report.notModified++;
      if (known?.body !== fresh.text || fresh.status !== 200) this.mistake(database, path, 'stale', known?.body, fresh);
      return;
    }
    if (response.text !== fresh.text) this.mistake(database, path, 'different', response.text, fresh);
    if (response.status !== 200) return;
    if (etag === null) this.mistake(database, path, 'without ETag', response.text, fresh);
    else database.stored.set(path, [{ etag, body: response.text }, ...stored].slice(0, MAX_KEPT));
    for (const [, cursor] of response.text.matchAll(/_cursor":"([^"]+)"/g)) this.addPage(database, path, cursor ?? '');
  }

  /** Adds the page with that cursor to those that are compared. */
  private addPage(database: RevalidatedDatabase, path: string, cursor: string): void {
    const session = path.split('/')[2] ?? '';
    const page = path.includes('cursor=')
      ? path.replace(/cursor=[^&]*/, `cursor=${cursor}`)
      : `${path}&cursor=${cursor}`;
    const known = database.pages.get(session) ?? [];
    if (!known.includes(page)) database.pages.set(session, [page, ...known].slice(0, MAX_KEPT));
  }

  /** The paths of a session and of one of its runs. */
  path(session: string): string {
    const run = this.runId(session);
    return this.random.pick([
      `/sessions/${session}`,
      `/sessions/${session}?chat_history=false`,
      `/sessions/${session}?view=editable`,
      `/sessions/${session}/runs`,
      `/sessions/${session}/runs?status=COMPLETED`,
      `/sessions/${session}/run-previews`,
      `/sessions/${session}/runs?cursor=&order=desc&limit=2`,
      `/sessions/${session}/run-previews?cursor=&limit=1&status=COMPLETED`,
      `/sessions/${session}/messages?limit=2`,
      `/sessions/${session}/messages?limit=1&order=asc&include=members`,
      `/sessions/${session}/run-previews?page=2&limit=1`,
      `/sessions/${session}/runs/${run}`,
    ]);
  }

  /** SQL that stores a run, or replaces it by one of the same length and time. */
  storeRun({ hasRunsTable, hasRunsColumn }: RevalidatedDatabase, session: string, run = this.runId(session)): string {
    if (hasRunsTable && !(hasRunsColumn && this.random.oneIn(4))) return this.storeRunInTable(session, run);
    return `UPDATE ai.agno_sessions SET runs = '[${this.runData(run)}]' WHERE session_id = '${session}'`;
  }

  private storeRunInTable(session: string, run: string): string {
    return `INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at, updated_at)
      SELECT '${run}', session_id, 'agent', ${this.random.below(3)}, '${this.runData(run)}', 1, 1
        FROM ai.agno_sessions WHERE session_id = '${session}'
      ON CONFLICT (run_id) DO UPDATE SET run_data = excluded.run_data, run_index = excluded.run_index`;
  }

  private runData(run: string): string {
    const messages = [{ id: 'm', role: 'user', content: this.text(), created_at: 1 }];
    return JSON.stringify({ run_id: run, agent_id: 'a', status: 'COMPLETED', messages });
  }

  private changeOf(database: RevalidatedDatabase, session: string): string {
    const isBusy = database.open.some((change) => change.session === session);
    const busyRuns = new Set(database.open.map(({ run }) => run));
    const runs = Array.from({ length: RUNS }, (_, index) => `${session}r${index}`).filter((id) => !busyRuns.has(id));
    const run = this.random.pick(runs);
    const where = `WHERE session_id = '${session}'`;
    const deleteRun = database.hasRunsTable
      ? `DELETE FROM ai.agno_runs WHERE run_id = '${run}'`
      : `UPDATE ai.agno_sessions SET runs = NULL ${where}`;
    const rename = `UPDATE ai.agno_sessions SET session_data = '{"session_name": "${this.text()}"}' ${where}`;
    const ofRuns = [
      this.storeRun(database, session, run),
      this.storeRun(database, session, run),
      deleteRun,
      `BEGIN; ${deleteRun}; ${this.storeRun(database, session, run)}; COMMIT`,
      `BEGIN; SAVEPOINT a; ${this.storeRun(database, session, run)}; ROLLBACK TO a; ${rename}; COMMIT`,
      `BEGIN; ${this.storeRun(database, session, run)}; ROLLBACK`,
      rename,
    ];
    if (isBusy || !this.random.oneIn(8)) return this.random.pick(ofRuns);
    const deletion = `DELETE FROM ai.agno_sessions ${where}`;
    return this.random.pick([
      deletion,
      `BEGIN; ${deletion}; ${this.storeSession(database, session)}; ${this.storeRun(database, session, run)}; COMMIT`,
      this.storeSession(database, session),
    ]);
  }

  private storeSession({ hasRunsColumn }: RevalidatedDatabase, session: string): string {
    return `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, session_data, created_at, updated_at${hasRunsColumn ? ', runs' : ''})
      VALUES ('${session}', 'agent', 'a', '{"session_name": "${this.text()}"}', 1, 1${hasRunsColumn ? ', NULL' : ''})
      ON CONFLICT (session_id) DO UPDATE SET session_data = excluded.session_data`;
  }

  private async begin(database: RevalidatedDatabase, session: string): Promise<void> {
    const run = this.runId(session);
    if (database.open.some((change) => change.run === run)) return;
    const client = new pg.Client({ connectionString: database.dsn });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(`BEGIN; ${this.storeRunInTable(session, run)}`);
    database.open.push({ client, session, run });
  }

  private async end(database: RevalidatedDatabase): Promise<void> {
    const [ended] = database.open.splice(this.random.below(database.open.length), 1);
    await ended?.client.query(this.random.oneIn(4) ? 'ROLLBACK' : 'COMMIT');
    await ended?.client.end();
  }

  private runId(session: string): string {
    return `${session}r${this.random.below(RUNS)}`;
  }

  /** Always of the same length, so that no size tells one from another. */
  private text(): string {
    return `text ${String(this.random.below(10_000)).padStart(4, '0')}`;
  }

  /** Repeats a read that is rejected because the server is recovering. */
  private get(database: RevalidatedDatabase, path: string, etag?: string): Promise<ApiResponse> {
    const url = `${path}${path.includes('?') ? '&' : '?'}db_id=${database.id}`;
    return until(async () => {
      const response = await call(this.baseUrl, url, etag === undefined ? {} : { headers: { 'if-none-match': etag } });
      if (response.status >= 500 && response.status !== 503)
        throw new Error(`${url}: ${response.status} ${response.text}`);
      return response.status === 503 ? undefined : response;
    });
  }

  private mistake(
    { id }: RevalidatedDatabase,
    path: string,
    kind: string,
    shown: string | undefined,
    fresh: ApiResponse,
  ) {
    this.report.mistakes.push(
      `step ${this.step}, ${id}, ${path}: ${kind}: ${shown} instead of ${fresh.status} ${fresh.text}`,
    );
  }
}
