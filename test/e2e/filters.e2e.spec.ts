import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_JSON_TABLES, V2_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

interface List {
  data: { session_id: string }[];
  meta: { total_count: number };
}

const LAYOUTS = {
  'v2 with json columns': V2_JSON_TABLES,
  v2: V2_TABLES,
  v3: `${V2_TABLES.replace(' runs jsonb,', '')} ${UPGRADE_TO_V3}`,
};

/** Sessions by id, with their metadata as JSON text; undefined: SQL NULL. */
const METADATA: Record<string, string | undefined> = {
  none: undefined,
  null: 'null',
  empty: '{}',
  array: '[{"k": "x"}, "k"]',
  string: '{"k": "x", "kind": "a"}',
  one: '{"k": 1}',
  'one-text': '{"k": "1"}',
  'one-float': '{"k": 1.0}',
  true: '{"k": true}',
  'true-text': '{"k": "true"}',
  'null-member': '{"k": null}',
  dotted: '{"a.b": "x", "k": ["x"]}',
  nested: '{"a": {"b": "x"}, "k": {"x": "x"}}',
  large: '{"k": 9007199254740993}',
};

describe.each(Object.entries(LAYOUTS))('the filters of lists from tables of layout %s', (layout, tables) => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    await database.sql(tables);
    for (const [index, [id, metadata]] of Object.entries(METADATA).entries()) {
      await database.sql(
        `INSERT INTO ai.agno_sessions (session_id, session_type, user_id, metadata, created_at, updated_at)
          VALUES ($1, 'agent', 'u', $2, $3, $4)`,
        [id, metadata ?? null, index, index % 2 === 0 ? null : 100 + index],
      );
    }
    // json columns accept what jsonb rejects.
    if (layout.includes('json')) {
      await database.sql(`INSERT INTO ai.agno_sessions (session_id, session_type, metadata, created_at)
        VALUES ('odd', 'agent', '{"n": "\\u0000", "s": "\\ud800", "e": 1e99999, "k": "odd"}', 50)`);
    }
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  /** The ids of the matching sessions, sorted. Pages with numbers, pages with cursors and the total must agree. */
  async function found(query: string): Promise<string[]> {
    const { json }: { json: List } = await call(service.baseUrl, `/sessions?limit=100&${query}`);
    const ids = json.data.map(({ session_id }) => session_id);
    expect(json.meta.total_count).toBe(ids.length);
    const { json: page }: { json: List } = await call(service.baseUrl, `/sessions?limit=100&cursor=&${query}`);
    expect(page.data).toEqual(json.data);
    return ids.sort();
  }

  it.each([
    ['metadata.k=x', ['string']],
    ['metadata.k=1', ['one', 'one-float', 'one-text']],
    ['metadata.k=1.0', ['one', 'one-float']],
    ['metadata.k=1e0', ['one', 'one-float']],
    ['metadata.k=01', []],
    ['metadata.k=true', ['true', 'true-text']],
    ['metadata.k=True', []],
    ['metadata.k=null', ['null-member']],
    ['metadata.k=9007199254740993', ['large']],
    ['metadata.k=9007199254740992', []],
    ['metadata.k=', []],
    ['metadata.a.b=x', ['dotted']],
    ['metadata.a=x', []],
    ['metadata.=x', []],
    ['metadata.k=x&metadata.kind=a', ['string']],
    ['metadata.k=x&metadata.kind=b', []],
    ['metadata.k=%00', []],
    ['metadata.%00=x', []],
    ['metadata.k=%22', []],
    ['metadata.k=1e999', []],
    ['metadata.k=x&user_id=u', ['string']],
    ['metadata.k=x&user_id=v', []],
  ])('find the sessions of %s', async (query, ids) => {
    expect(await found(query)).toEqual(ids);
  });

  it('find a value in metadata of type json beside text that jsonb rejects', async () => {
    expect(await found('metadata.k=odd')).toEqual(layout.includes('json') ? ['odd'] : []);
  });

  it('include the seconds of the bounds, and take the creation as the last change of an unchanged session', async () => {
    expect(await found('created_after=2&created_before=4')).toEqual(['array', 'empty', 'string']);
    expect(await found('created_before=-1')).toEqual([]);
    expect(await found(`created_after=-${'9'.repeat(30)}&created_before=0`)).toEqual(['none']);
    expect(await found(`created_after=${'9'.repeat(30)}`)).toEqual([]);
    expect(await found('updated_after=2&updated_before=101')).toEqual(
      [
        'empty',
        'null',
        'string',
        'one-text',
        'true',
        'null-member',
        'nested',
        ...(layout.includes('json') ? ['odd'] : []),
      ].sort(),
    );
    expect(await found('created_after=4&created_before=4&metadata.k=x')).toEqual(['string']);
    expect(await found('created_after=5&metadata.k=x')).toEqual([]);
  });
});

it('treats a character that the encoding of the database lacks as one that no session has, or that no cursor has', async () => {
  const database = await createScratchDatabase('LATIN1');
  await database.sql(V2_TABLES);
  await database.sql(
    "INSERT INTO ai.agno_sessions (session_id, session_type, metadata, created_at) VALUES ('s', 'agent', '{}', 1)",
  );
  const service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  const { json: first }: { json: { meta: { next_cursor: null } } } = await call(service.baseUrl, '/sessions?cursor=');
  expect(first.meta.next_cursor).toBeNull();
  for (const query of ['metadata.k=€', 'metadata.€=k', 'metadata.k=ж&cursor=']) {
    const { status, json } = await call(service.baseUrl, `/sessions?${query}`);
    expect([status, (json as List).data], query).toEqual([200, []]);
  }
  const search = { method: 'POST', body: { filter: { op: 'CONTAINS', key: 'session_name', value: '€' } } };
  expect((await call(service.baseUrl, '/sessions/search', search)).json).toMatchObject({ data: [] });
  await database.sql("INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('t', 'agent', 2)");
  const { json }: { json: { meta: { next_cursor: string } } } = await call(
    service.baseUrl,
    '/sessions?cursor=&limit=1',
  );
  const parts: unknown[] = JSON.parse(Buffer.from(json.meta.next_cursor, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify(parts.with(5, '€'))).toString('base64url');
  expect((await call(service.baseUrl, `/sessions?limit=1&cursor=${forged}`)).status).toBe(400);
  await service.stop();
});
