import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import {
  createLayoutDatabases,
  LAYOUT_NAMES,
  type LayoutDatabases,
  type LayoutName,
} from '../support/layout-databases.js';
import { startSessionService } from '../support/session-service.js';

/** Runs as JSON, each with the end of its preview with metrics. */
const RUNS: readonly (readonly [run: string, end: string])[] = [
  [
    '{"run_id": "a1", "agent_id": "a", "content": "x", "metrics": {"duration": 1.5, "input_tokens": 9007199254740993}, "model": "m", "model_provider": "p"}',
    ',"content_preview":"x","metrics":{"duration": 1.5, "input_tokens": 9007199254740993},"model":"m","model_provider":"p"}',
  ],
  [
    '{"run_id": "a2", "agent_id": "a", "metrics": [1], "model": {"id": "m"}, "model_provider": null}',
    ',"content_preview":""}',
  ],
  ['{"run_id": "t1", "team_id": "t", "metrics": null, "model": "m"}', ',"content_preview":"","model":"m"}'],
  ['{"run_id": "w1", "workflow_id": "w"}', ',"content_preview":"","metrics":{}}'],
];

async function fill(layout: LayoutName, { sql }: LayoutDatabases[LayoutName]): Promise<void> {
  await sql("INSERT INTO ai.agno_sessions (session_id, session_type, created_at) VALUES ('chat', 'workflow', 1)");
  // In a mixed database, the first runs are in the column and the others in the table.
  const inColumn = layout === 'v3' ? 0 : layout === 'mixed' ? 2 : RUNS.length;
  if (inColumn > 0) {
    const entries = RUNS.slice(0, inColumn).map(([run]) => run);
    await sql(`UPDATE ai.agno_sessions SET runs = ${pg.escapeLiteral(`[${entries.join(', ')}]`)}`);
  }
  for (const [index, [run]] of RUNS.slice(inColumn).entries()) {
    await sql(`INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
      SELECT run->>'run_id', 'chat', 'agent', ${index}, run, 1 FROM (SELECT ${pg.escapeLiteral(run)}::jsonb AS run) stored`);
  }
}

describe.each(LAYOUT_NAMES)('previews of runs with include=metrics in a database of layout %s', (layout) => {
  let service: ServerProcess;

  beforeAll(async () => {
    const databases = await createLayoutDatabases();
    await fill(layout, databases[layout]);
    service = await startSessionService({ AGNO_PG_DSN: databases[layout].dsn });
  });
  afterAll(() => service.stop());

  const get = (query: string, headers?: Record<string, string>) =>
    call(service.baseUrl, `/sessions/chat/run-previews?${query}`, headers && { headers });

  it('have the metrics as stored, and the model if it is a string', async () => {
    const { status, text } = await get('include=metrics');
    expect(status).toBe(200);
    const previews = text.slice(1, -1).split(/,(?=\{"run_id")/);
    expect(previews).toHaveLength(RUNS.length);
    for (const [index, [, end]] of RUNS.entries()) expect(previews[index]?.endsWith(end), previews[index]).toBe(true);
  });

  it('are those of pages and of conditional reads', async () => {
    const { text } = await get('include=metrics');
    const page = await get('include=metrics&cursor=&limit=9');
    expect(page.text).toBe(`{"data":${text},"meta":{"limit":9,"next_cursor":null}}`);
    const versioned = await get('include=metrics', { 'if-none-match': '""' });
    expect(versioned.text).toBe(text);
    const etag = versioned.headers.get('etag') ?? '';
    expect((await get('include=metrics', { 'if-none-match': etag })).status).toBe(304);
    expect((await get('', { 'if-none-match': etag })).status).toBe(200);
  });

  it('differ from other previews only in these members', async () => {
    const measured = JSON.parse((await get('include=metrics')).text) as Record<string, unknown>[];
    const rest = measured.map(({ metrics, model, model_provider, ...members }) => members);
    for (const query of ['', 'include=']) expect((await get(query)).text).toBe(JSON.stringify(rest));
  });

  it('get 422 for other values', async () => {
    const { status, json } = await get('include=metrics,tools');
    const issue = { type: 'enum', loc: ['query', 'include'], msg: "Input should be 'metrics'", input: 'tools' };
    expect([status, json]).toMatchObject([422, { detail: [issue] }]);
    expect((await call(service.baseUrl, '/sessions/chat/runs?include=tools')).status).toBe(200);
  });
});
