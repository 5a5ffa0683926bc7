import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { ConditionalReader, cacheHeaders, WEAK_TAG } from '../support/conditional-reader.js';
import { HoldingProxy } from '../support/holding-proxy.js';
import {
  createLayoutDatabases,
  LAYOUT_NAMES,
  type LayoutDatabases,
  type LayoutName,
} from '../support/layout-databases.js';
import { executionCount } from '../support/scraped-metrics.js';
import { startSessionService } from '../support/session-service.js';

const RUNS = 12;

/** The first of them are in the column, if there is one; all others in the table, if there is one. */
const IN_COLUMN: Readonly<Record<LayoutName, number>> = { v3: 0, v2: RUNS, mixed: 3, json: RUNS };

/** Lists of the runs r0 to r11, whose pages of two runs or messages are walked through. r4 alone has another status. */
const NUMBERED = [
  '/runs?limit=2&page=',
  '/run-previews?limit=2&order=desc&page=',
  '/runs?limit=2&status=COMPLETED&page=',
];
const LISTS = [
  ...NUMBERED,
  '/runs?cursor=&limit=2',
  '/runs?cursor=&limit=2&order=desc',
  '/runs?cursor=&limit=2&status=COMPLETED',
  '/run-previews?cursor=&limit=2&created_after=0&top_level=true',
  '/run-previews?cursor=&limit=2&parent_run_id=parent',
  '/messages?cursor=&limit=2',
  '/messages?cursor=&limit=2&order=asc&roles=user',
  '/messages?cursor=&limit=2&include=members&format=ag-ui',
];

/** A page as a client has stored it. */
interface Page {
  readonly path: string;
  readonly text: string;
  readonly etag: string;
}

function run(id: string, index: number, content = `text ${index}.`): Record<string, unknown> {
  return {
    run_id: `${id}-r${index}`,
    agent_id: 'a',
    ...(index % 3 === 2 && { parent_run_id: 'parent' }),
    status: index === 4 ? 'ERROR' : 'COMPLETED',
    created_at: index,
    messages: [{ id: `m${index}`, role: 'user', content, created_at: index }],
  };
}

const inTable = (id: string, data: Record<string, unknown>, index: number) =>
  `INSERT INTO ai.agno_runs (run_id, session_id, run_type, parent_run_id, run_index, run_data, created_at, updated_at)
    VALUES ('${data['run_id']}', '${id}', 'agent', ${data['parent_run_id'] ? "'parent'" : 'NULL'}, ${index},
      '${JSON.stringify(data)}', 1, 1) ON CONFLICT (run_id) DO UPDATE SET run_data = excluded.run_data;`;

const inColumn = (id: string, data: readonly unknown[]) =>
  `UPDATE ai.agno_sessions SET runs = '${JSON.stringify(data)}' WHERE session_id = '${id}';`;

/** SQL that stores a session with its first runs. @param start the number of those that are in the column */
function storeRuns(id: string, count: number, start: number): string {
  const runs = Array.from({ length: count }, (_, index) => run(id, index));
  const session = `INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, created_at, updated_at)
    VALUES ('${id}', 'agent', 'a', 1, 1);`;
  const column = start > 0 ? [inColumn(id, runs.slice(0, start))] : [];
  return [session, ...column, ...runs.slice(start).map((data, index) => inTable(id, data, start + index))].join('');
}

describe('ETags of pages', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
  });
  afterAll(() => service.stop());

  describe.each(LAYOUT_NAMES)('on a %s database', (layout) => {
    const reader = () => new ConditionalReader(service, layout);
    const runIn = (index: number) => (index < IN_COLUMN[layout] ? 'column' : 'table');

    const store = (id: string, count = RUNS, ofColumn = IN_COLUMN[layout]) =>
      databases[layout].sql(storeRuns(id, count, ofColumn));

    /** Changes the text of a run where it is stored; in a column that of all runs in it is stored again. */
    async function change(id: string, index: number): Promise<void> {
      const changed = run(id, index, `TEXT ${index}.`);
      const column = Array.from({ length: IN_COLUMN[layout] }, (_, each) => (each === index ? changed : run(id, each)));
      await databases[layout].sql(runIn(index) === 'table' ? inTable(id, changed, index) : inColumn(id, column));
    }

    async function pageOf(path: string): Promise<Page> {
      const { text, status, headers } = await reader().get(path, '');
      expect([path, status], text).toEqual([path, 200]);
      return { path, text, etag: headers.get('etag') ?? '' };
    }

    /** All pages of a list, and the one before the last, if the list has such cursors. */
    async function walk(id: string, list: string): Promise<Page[]> {
      const path = `/sessions/${id}${list}`;
      if (NUMBERED.includes(list)) return Promise.all([1, 2, 6, 7].map((number) => pageOf(`${path}${number}`)));
      const pages = [await pageOf(path)];
      for (;;) {
        const { next_cursor: next, prev_cursor: previous } = JSON.parse(pages.at(-1)?.text ?? '').meta;
        const cursor = next ?? previous;
        if (cursor != null) pages.push(await pageOf(path.replace('cursor=', `cursor=${cursor}`)));
        if (next === null) return pages;
      }
    }

    /** The statuses of the pages with their ETags. 304 must stand for what a client without the page gets. */
    async function revalidate(pages: readonly Page[]): Promise<number[]> {
      const statuses: number[] = [];
      for (const { path, text, etag } of pages) {
        const { status } = await reader().get(path, '', etag);
        if (status === 304) expect([path, (await reader().get(path, '')).text]).toEqual([path, text]);
        statuses.push(status);
      }
      return statuses;
    }

    it.each(LISTS)('are sent without If-None-Match, and get 304 without a body: %s', async (list) => {
      const id = `same${LISTS.indexOf(list)}`;
      await store(id);
      const pages = await walk(id, list);
      expect(new Set(pages.map(({ etag }) => etag)).size).toBe(new Set(pages.map(({ path }) => path)).size);
      const reads = await executionCount(service, 'runs');
      for (const { path, etag } of pages) {
        const { status, text, headers } = await reader().get(path, '', etag);
        const cache = [headers.get('etag'), headers.get('cache-control')];
        expect([status, text, ...cache]).toEqual([304, '', WEAK_TAG, 'private, no-cache']);
      }
      expect(await executionCount(service, 'runs')).toBe(reads);
    });

    it.each(LISTS)('are renewed by a change of a run that the page shows: %s', async (list) => {
      const id = `changed${LISTS.indexOf(list)}`;
      await store(id);
      for (let index = 0; index < RUNS; index++) {
        const pages = await walk(id, list);
        await change(id, index);
        const statuses = await revalidate(pages);
        const shown = statuses.filter((_, number) => pages[number]?.text.includes(`text ${index}.`));
        expect(shown).toEqual(shown.map(() => 200));
      }
    });

    if (layout === 'v3' || layout === 'mixed') {
      it.each(LISTS)('are not renewed by a change of a run far from the page: %s', async (list) => {
        const id = `far${LISTS.indexOf(list)}`;
        await store(id);
        const [first] = await walk(id, list);
        const isNewestFirst = list.includes('desc') || (list.includes('messages') && !list.includes('asc'));
        await change(id, isNewestFirst ? IN_COLUMN[layout] : RUNS - 1);
        expect(await revalidate(first === undefined ? [] : [first])).toEqual([304]);
      });

      it.each(LISTS)('are renewed by runs that are deleted and added: %s', async (list) => {
        const id = `moved${LISTS.indexOf(list)}`;
        await store(id);
        const seen: number[] = [];
        for (const index of [3, 5, 8]) {
          const all = await walk(id, list);
          await databases[layout].sql(`DELETE FROM ai.agno_runs WHERE run_id = '${id}-r${index}'`);
          seen.push(...(await revalidate(all)));
          const left = await walk(id, list);
          await databases[layout].sql(inTable(id, run(id, index), index));
          seen.push(...(await revalidate(left)));
        }
        expect(seen).toContain(200);
      });

      it.each(LISTS)('are renewed when a page becomes the last one, or another page follows: %s', async (list) => {
        const id = `last${LISTS.indexOf(list)}`;
        await store(id);
        // Before the first run, or after the last one.
        for (const index of layout === 'v3' ? [-1, 18] : [18]) {
          const pages = await walk(id, list);
          const added = { ...run(id, 18), ...(list.includes('=parent') && { parent_run_id: 'parent' }) };
          await databases[layout].sql(inTable(id, added, index));
          expect(await revalidate(pages)).toContain(200);
          const longer = await walk(id, list);
          await databases[layout].sql(`DELETE FROM ai.agno_runs WHERE run_id = '${id}-r18'`);
          expect(await revalidate(longer)).toContain(200);
        }
      });

      it('are renewed by what they show of the session, not by a run that AgentOS adds and writes the session for', async () => {
        await store('written', RUNS, 0);
        const pages = (await Promise.all(LISTS.map(async (list) => (await walk('written', list)).slice(0, 1)))).flat();
        const older = pages.filter(
          ({ path }) => path.includes('cursor=') && path.includes('/run') && !path.includes('desc'),
        );
        const session = (columns: string) =>
          databases[layout].sql(`UPDATE ai.agno_sessions SET ${columns} WHERE session_id = 'written'`);
        await session(`updated_at = 7, session_data = '{"session_name": "new"}', metadata = '{"a": 1}'`);
        expect(await revalidate(pages)).toEqual(pages.map(() => 304));
        await databases[layout].sql(inTable('written', run('written', 18), 18));
        expect(await revalidate(older)).toEqual(older.map(() => 304));
        await session(`agent_data = '{"sdk_version": "1"}'`);
        expect(await revalidate(older)).toEqual(older.map(() => 200));
      });

      it('are renewed by a commit of an older transaction', async () => {
        await store('late');
        const older = await databases[layout].begin();
        await older.sql(inTable('late', run('late', 19), 19));
        await databases[layout].sql(inTable('late', run('late', 18), 18));
        const pages = [await pageOf('/sessions/late/runs?cursor=&limit=2&order=desc')];
        pages.push(await pageOf('/sessions/late/messages?limit=2'), await pageOf('/sessions/late/runs?page=7&limit=2'));
        expect(await revalidate(pages)).toEqual([304, 304, 304]);
        await older.commit();
        expect(await revalidate(pages)).toEqual([200, 200, 200]);
      });

      it('are renewed by a change of the run that a fork repeats, wherever it is', async () => {
        await store('fork');
        const fork = {
          ...run('fork', 18),
          forked_from_run_id: 'fork-r5',
          forked_from_session_id: 'other',
          forked_from_message_index: 1,
        };
        await databases[layout].sql(inTable('fork', fork, 18));
        const page = await pageOf('/sessions/fork/messages?limit=1');
        expect(await revalidate([page])).toEqual([304]);
        await databases[layout].sql(`DELETE FROM ai.agno_runs WHERE run_id = 'fork-r5'`);
        expect(await revalidate([page])).toEqual([200]);
      });

      it('are renewed when a run that is stored inside of another is also stored on its own', async () => {
        await store('team');
        const inner = { ...run('team', 20), run_id: 'team-inner', agent_id: 'b' };
        await databases[layout].sql(inTable('team', { ...run('team', 18), member_responses: [inner] }, 18));
        const page = await pageOf('/sessions/team/messages?limit=2&include=members');
        expect([page.text.includes('text 20'), await revalidate([page])]).toEqual([true, [304]]);
        await databases[layout].sql(inTable('team', inner, -1));
        expect(await revalidate([page])).toEqual([200]);
      });
    }

    it('match nothing with ranges that are not those of the page', async () => {
      await store('forged');
      const digest = 'a'.repeat(43);
      const ends = [
        '.desc:3',
        '.desc:999999999999999999',
        '.asc:1+999999999999999999',
        '.asc:0',
        '.all',
        '.all.all',
        '.asc:1:x',
        '.asc:1.',
      ];
      for (const path of [
        '/sessions/forged/runs?cursor=&limit=2',
        '/sessions/forged/messages',
        '/sessions/forged/runs',
      ]) {
        const own = (await reader().get(path, '', '""')).headers.get('etag') ?? '';
        const tags = [...ends.map((end) => `W/"${digest}${end}"`), own.replace(/(asc|desc):\d+/, '$1:1')];
        for (const tag of tags.filter((each) => each !== own)) {
          const response = await reader().get(path, '', tag);
          expect([tag, response.status, response.headers.get('etag')]).toEqual([tag, 200, WEAK_TAG]);
        }
      }
    });

    it('are not sent with a page that is too large to be written before it is sent', async () => {
      await store('large', 3);
      const long = Array.from({ length: 3 }, (_, index) => run('large', index, 'x'.repeat(2_000_000)));
      await databases[layout].sql(
        runIn(0) === 'column'
          ? inColumn('large', long)
          : long.map((data, index) => inTable('large', data, index)).join(''),
      );
      for (const tag of [undefined, '""', '*', `W/"${'a'.repeat(43)}.asc:4"`]) {
        const response = await reader().get('/sessions/large/runs?cursor=', '', tag);
        expect([response.status, ...cacheHeaders(response)]).toEqual([200, null, null]);
        expect(response.text.length).toBeGreaterThan(6_000_000);
      }
      const previews = await pageOf('/sessions/large/run-previews?cursor=&limit=2');
      expect(await revalidate([previews])).toEqual([304]);
    });
  });

  it('are renewed by a run that was there only between two statements of the page', async () => {
    const { dsn, sql } = databases.v3;
    const { port } = new URL(dsn);
    const proxy = await HoldingProxy.to(Number(port));
    onTestFinished(proxy.close);
    const own = await startSessionService({ AGNO_PG_DSN: dsn.replace(`:${port}/`, `:${proxy.port}/`) });
    onTestFinished(async () => void (await own.stop()));
    await sql(storeRuns('brief', RUNS, 0));
    const read = (tag?: string) =>
      call(own.baseUrl, '/sessions/brief/runs?cursor=&limit=1&status=PAUSED', {
        headers: tag === undefined ? {} : { 'if-none-match': tag },
      });
    // The first statement reads two runs. Neither matches the filter, so that another one reads the rest.
    const first = proxy.hold((_request, reply) => reply.includes('"brief-r1"'));
    const page = read();
    await until(async () => first.isHolding());
    await sql(inTable('brief', { ...run('brief', 18), status: 'PAUSED' }, 18));
    first.release();
    const { text, headers } = await page;
    const tag = headers.get('etag') ?? '';
    expect([text.includes('brief-r18'), (await read(tag)).status]).toEqual([true, 304]);
    await sql(`DELETE FROM ai.agno_runs WHERE run_id = 'brief-r18'`);
    expect((await read(tag)).status).toBe(200);
  });
});
