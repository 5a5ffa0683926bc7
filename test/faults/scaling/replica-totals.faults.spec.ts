import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../../support/api.js';
import { executionCount } from '../../support/scraped-metrics.js';
import { MAIN_DATABASE, ReplicatedService } from '../support/replicated-service.js';

interface List {
  readonly data: readonly object[];
  readonly meta: { readonly total_count: number };
}

describe('totals of lists from a replica', { tags: 'quick' }, () => {
  let replicated: ReplicatedService;
  const list = async () => {
    const { data, meta }: List = (await call(replicated.service.baseUrl, '/sessions?limit=100')).json;
    return { shown: data.length, total: meta.total_count };
  };

  beforeAll(async () => {
    replicated = await ReplicatedService.start(1);
    await call(replicated.service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's1' } });
    await replicated.untilStandbysRead(list);
  });
  afterAll(() => replicated.stop());

  it('include asynchronous commits, which the primary shows before it has flushed them', async () => {
    const { shown } = await list();
    const [writer] = await replicated.primary.sql<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'",
    );
    if (writer === undefined) expect.fail('no WAL writer');
    process.kill(writer.pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(writer.pid, 'SIGCONT'));
    const client = await connect();
    await client.query(`SET synchronous_commit = off; ${insert('asynchronous')}`);
    expect(await list()).toEqual({ shown, total: shown });

    process.kill(writer.pid, 'SIGCONT');
    const latest = await until(async () => {
      const next = await list();
      return next.shown > shown && next;
    });
    expect(latest).toEqual({ shown: shown + 1, total: shown + 1 });
  });

  it('include commits that the primary does not show yet, because a synchronous standby has not confirmed them', async () => {
    await setSynchronousStandby('nobody');
    const earlier = await untilCommitsWait(await connect());
    const { shown } = await list();
    const client = await connect();
    const committed = client.query(insert('unconfirmed'));
    const latest = await until(async () => {
      const next = await list();
      return next.shown > shown && next;
    });
    expect(latest).toEqual({ shown: shown + 1, total: shown + 1 });
    await setSynchronousStandby('');
    await Promise.all([earlier.committed, committed]);
  });

  it('are not counted again while the primary writes nothing', async () => {
    await until(async () => {
      const before = await executionCount(replicated.service, 'count');
      await list();
      return before !== undefined && (await executionCount(replicated.service, 'count')) === before;
    });
  });

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: replicated.primary.databases.url(MAIN_DATABASE) });
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  }

  async function setSynchronousStandby(name: string): Promise<void> {
    await replicated.primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await replicated.primary.sql('SELECT pg_reload_conf()');
  }

  /** Commits until one waits for a synchronous standby, since the server reloads its settings in the background. */
  async function untilCommitsWait(client: pg.Client): Promise<{ readonly committed: Promise<unknown> }> {
    let committed = client.query(EMPTY_COMMIT);
    await until(async () => {
      const waiting = await replicated.primary.sql("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
      if (waiting.length === 0) committed = client.query(EMPTY_COMMIT);
      return waiting.length > 0;
    });
    return { committed };
  }
});

const EMPTY_COMMIT = "SELECT pg_logical_emit_message(true, 'test', 'commit')";
const insert = (id: string) =>
  `INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('${id}', 'agent', 1)`;
