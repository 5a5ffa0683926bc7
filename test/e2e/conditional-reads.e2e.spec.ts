import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import {
  ADDITIONS,
  CONTRACT,
  ConditionalReader,
  cacheHeaders,
  OF_ALL_RUNS,
  PAGES,
  READS,
  runOf,
  storeRun,
  storeSession,
  WEAK_TAG,
} from '../support/conditional-reader.js';
import {
  createLayoutDatabases,
  LAYOUT_NAMES,
  type LayoutDatabases,
  type LayoutName,
} from '../support/layout-databases.js';
import { executionCount } from '../support/scraped-metrics.js';
import { startSessionService } from '../support/session-service.js';

/** Changes of the session `{id}` that every read of all runs must notice. No time or size changes. */
const CHANGES: readonly (readonly [name: string, layouts: readonly LayoutName[], sql: string])[] = [
  [
    'its name',
    LAYOUT_NAMES,
    `UPDATE ai.agno_sessions SET session_data = '{"session_name": "new"}' WHERE session_id = '{id}'`,
  ],
  [
    'a run',
    ['v3', 'mixed'],
    `UPDATE ai.agno_runs SET run_data = '${JSON.stringify(runOf('{id}-r2', 'SECOND'))}' WHERE run_id = '{id}-r2'`,
  ],
  ['the order of its runs', ['v3'], `UPDATE ai.agno_runs SET run_index = 0 WHERE run_id = '{id}-r2'`],
  [
    'an added run',
    ['v3', 'mixed'],
    storeRun('{id}')
      .replace('$1', `'{id}-r3'`)
      .replace('$2', `'${JSON.stringify(runOf('{id}-r3', 'third'))}'`),
  ],
  ['a deleted run', ['v3', 'mixed'], `DELETE FROM ai.agno_runs WHERE run_id = '{id}-r2'`],
  ['a deleted run, the oldest', ['v3'], `DELETE FROM ai.agno_runs WHERE run_id = '{id}-r1'`],
  [
    'a run that was deleted and stored again',
    ['v3', 'mixed'],
    `BEGIN; DELETE FROM ai.agno_runs WHERE run_id = '{id}-r2'; ${storeRun('{id}')
      .replace('$1', `'{id}-r2'`)
      .replace('$2', `'${JSON.stringify(runOf('{id}-r2', 'SECOND'))}'`)}; COMMIT`,
  ],
  [
    'a run in the column',
    ['v2', 'mixed', 'json'],
    `UPDATE ai.agno_sessions SET runs = '${JSON.stringify([runOf('{id}-r1', 'FIRST')])}' WHERE session_id = '{id}'`,
  ],
];

describe('If-None-Match', () => {
  let databases: LayoutDatabases;
  let service: ServerProcess;

  beforeAll(async () => {
    databases = await createLayoutDatabases();
    service = await startSessionService({ AGNO_SESSION_DSN_MAP: databases.dsnMap });
  });
  afterAll(() => service.stop());

  describe.each(LAYOUT_NAMES)('on a %s database', (layout) => {
    const reader = () => new ConditionalReader(service, layout);

    it.each(CONTRACT)('of "" adds the ETag to the response of %s, and nothing else', async (path) => {
      const id = `first${CONTRACT.indexOf(path)}`;
      await storeSession(databases[layout], layout, id);
      const plain = await reader().get(path, id);
      const tagged = await reader().get(path, id, '""');
      expect([plain.status, ...cacheHeaders(plain)]).toEqual([200, null, null]);
      expect([tagged.status, tagged.text]).toEqual([200, plain.text]);
      expect(cacheHeaders(tagged)).toEqual([WEAK_TAG, 'private, no-cache']);
    });

    it.each(ADDITIONS)('is not needed for the ETag of %s', async (path) => {
      const id = `always${ADDITIONS.indexOf(path)}`;
      await storeSession(databases[layout], layout, id);
      const plain = await reader().get(path, id);
      expect(cacheHeaders(plain)).toEqual([
        path.includes('editable') ? expect.stringMatching(/^"[\w-]{43}"$/) : WEAK_TAG,
        'private, no-cache',
      ]);
      expect((await reader().get(path, id, '""')).text).toBe(plain.text);
      expect((await reader().get(path, id, plain.headers.get('etag') ?? '')).status).toBe(304);
    });

    it('of the ETag gets 304 without a body, until the session changes', async () => {
      await storeSession(databases[layout], layout, 'same');
      for (const path of READS) {
        const tag = await reader().tag(path, 'same');
        const response = await reader().get(path, 'same', tag);
        const current = path.includes('editable') ? tag : WEAK_TAG;
        expect([response.status, response.text, ...cacheHeaders(response)]).toEqual([
          304,
          '',
          current,
          'private, no-cache',
        ]);
        expect(response.headers.get('content-type')).toBeNull();
      }
    });

    it.each(CHANGES.filter(([, layouts]) => layouts.includes(layout)))(
      'of an earlier ETag gets the response after a change of %s',
      async (name, _layouts, sql) => {
        const id = `change-${CHANGES.findIndex((change) => change[0] === name)}`;
        await storeSession(databases[layout], layout, id);
        const tags = await reader().tags(OF_ALL_RUNS, id);
        expect(await reader().statuses(OF_ALL_RUNS, id, tags)).toEqual(OF_ALL_RUNS.map(() => 304));
        await databases[layout].sql(sql.replaceAll('{id}', id));
        // A page has neither the name nor, in the runs table, another run.
        const isShown = (path: string) => !(layout === 'v3' && name === 'its name' && PAGES.includes(path));
        expect(await reader().statuses(OF_ALL_RUNS, id, tags)).toEqual(
          OF_ALL_RUNS.map((path) => (isShown(path) ? 200 : 304)),
        );
        const renewed = await reader().tags(OF_ALL_RUNS, id);
        expect(await reader().statuses(OF_ALL_RUNS, id, renewed)).toEqual(OF_ALL_RUNS.map(() => 304));
      },
    );

    it('of an earlier ETag gets the response after a rename by the service', async () => {
      await storeSession(databases[layout], layout, 'renamed');
      const tags = await reader().tags(READS, 'renamed');
      const body = { session_name: 'by the service' };
      await call(service.baseUrl, `/sessions/renamed/rename?db_id=${layout}`, { method: 'POST', body });
      const statuses = await reader().statuses(READS, 'renamed', tags);
      expect(statuses).toEqual(READS.map((path) => (layout === 'v3' && PAGES.includes(path) ? 304 : 200)));
    });

    it('still matches after the rows are locked, frozen or moved', async () => {
      await storeSession(databases[layout], layout, 'moved');
      const tags = await reader().tags(READS, 'moved');
      await databases[layout].sql(`SELECT FROM ai.agno_sessions WHERE session_id = 'moved' FOR UPDATE`);
      await databases[layout].sql('VACUUM (FREEZE) ai.agno_sessions');
      await databases[layout].sql('VACUUM FULL ai.agno_sessions');
      expect(await reader().statuses(READS, 'moved', tags)).toEqual(READS.map(() => 304));
    });

    it('of the ETag of another query or path gets the response', async () => {
      await storeSession(databases[layout], layout, 'queried', { user_id: 'ann' });
      const queries = ['', '?type=team', '?user_id=ann', '?status=COMPLETED', '?created_after=0'];
      const paths = queries.flatMap((query) => CONTRACT.slice(0, 3).map((path) => path + query));
      const tags = await reader().tags(paths, 'queried');
      expect(new Set(tags).size).toBe(paths.length);
      for (const path of paths) {
        const others = tags.filter((_, index) => paths[index] !== path);
        expect((await reader().get(path, 'queried', others.join(', '))).status).toBe(200);
      }
    });

    it('of the ETag of the same session in another database gets the response', async () => {
      const other = LAYOUT_NAMES.find((name) => name !== layout) ?? layout;
      for (const name of [layout, other]) await storeSession(databases[name], name, `twin-${layout}`);
      const tags = await new ConditionalReader(service, other).tags(READS.slice(0, -1), `twin-${layout}`);
      expect(await reader().statuses(READS.slice(0, -1), `twin-${layout}`, tags)).toEqual(tags.map(() => 200));
    });

    it('reads a list, compares weakly, and takes a header that is not valid for one that matches nothing', async () => {
      await storeSession(databases[layout], layout, 'lists');
      for (const path of READS) {
        const tag = await reader().tag(path, 'lists');
        const opaque = tag.replace('W/', '');
        const anyTag = tag === opaque ? tag : WEAK_TAG;
        for (const header of [opaque, `W/${opaque}`, `"x", W/"y" , ${tag}`, `,${tag},`, '*', ' * ']) {
          expect([header, (await reader().get(path, 'lists', header)).status]).toEqual([header, 304]);
        }
        for (const header of [
          'x',
          opaque.slice(1, -1),
          `${tag} ${tag}`,
          `*, ${tag}`,
          `w/${opaque}`,
          '',
          ',',
          '"x"',
          '"',
        ]) {
          const response = await reader().get(path, 'lists', header);
          expect([header, response.status, response.headers.get('etag')]).toEqual([header, 200, anyTag]);
        }
      }
    });

    it('changes nothing about a session or a run that does not exist', async () => {
      await storeSession(databases[layout], layout, 'known');
      const paths = [...READS.map((path) => path.replaceAll('{id}', 'absent')), '/sessions/known/runs/absent'];
      for (const path of paths) {
        const expected = await reader().get(path, '');
        for (const tag of ['""', '*', await reader().tag('/sessions/{id}', 'known')]) {
          const { status, text, headers } = await reader().get(path, '', tag);
          expect([path, status, text, headers.get('etag')]).toEqual([path, 404, expected.text, null]);
        }
      }
    });

    it('gets no ETag for a workflow without a time of change, whose detail shows the current time', async () => {
      await storeSession(databases[layout], layout, 'flow', { session_type: 'workflow', updated_at: null });
      const tagged = await Promise.all(
        ['/sessions/{id}', '/sessions/{id}?type=workflow', '/sessions/{id}?type=agent', '/sessions/{id}/runs'].map(
          async (path) => (await reader().tag(path, 'flow')) !== '',
        ),
      );
      expect(tagged).toEqual([false, false, true, true]);
    });

    it('reads no runs for 304', async () => {
      await storeSession(databases[layout], layout, 'cheap');
      const tags = await reader().tags(CONTRACT, 'cheap');
      const counts = async () => [await executionCount(service, 'read'), await executionCount(service, 'run')];
      const before = await counts();
      expect(await reader().statuses(CONTRACT, 'cheap', tags)).toEqual([304, 304, 304, 304]);
      expect(await counts()).toEqual(before);
    });
  });

  it.each(['v3', 'mixed'] as const)(
    'of an ETag of a %s database gets the response after a commit of an older transaction',
    async (layout) => {
      const reader = new ConditionalReader(service, layout);
      await storeSession(databases[layout], layout, 'late');
      const older = await databases[layout].begin();
      await older.sql(storeRun('late'), ['late-older', JSON.stringify(runOf('late-older', 'older'))]);
      await databases[layout].sql(storeRun('late'), ['late-newer', JSON.stringify(runOf('late-newer', 'newer'))]);
      const tags = await reader.tags(OF_ALL_RUNS, 'late');
      expect(await reader.statuses(OF_ALL_RUNS, 'late', tags)).toEqual(OF_ALL_RUNS.map(() => 304));
      await older.commit();
      expect(await reader.statuses(OF_ALL_RUNS, 'late', tags)).toEqual(OF_ALL_RUNS.map(() => 200));
    },
  );

  it('of the ETag of one run of a runs table still matches after a change of another run', async () => {
    const reader = new ConditionalReader(service, 'v3');
    await storeSession(databases.v3, 'v3', 'other');
    const path = '/sessions/{id}/runs/{id}-r1';
    const tags = [await reader.tag(path, 'other')];
    await databases.v3.sql(`UPDATE ai.agno_runs SET run_data = '{"run_id": "other-r2"}' WHERE run_id = 'other-r2'`);
    expect(await reader.statuses([path], 'other', tags)).toEqual([304]);
    await databases.v3.sql(
      `UPDATE ai.agno_runs SET run_data = run_data || '{"status": "ERROR"}' WHERE run_id = 'other-r1'`,
    );
    expect(await reader.statuses([path], 'other', tags)).toEqual([200]);
  });
});
