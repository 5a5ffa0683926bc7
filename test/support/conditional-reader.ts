import { expect } from 'vitest';
import { type ApiResponse, call } from './api.js';
import type { ServerProcess } from './child-process.js';
import type { LayoutName } from './layout-databases.js';
import type { ScratchDatabase } from './scratch-database.js';

/** Reads of AgentOS's contract, and additions. */
export const CONTRACT = [
  '/sessions/{id}',
  '/sessions/{id}/runs',
  '/sessions/{id}/run-previews',
  '/sessions/{id}/runs/{id}-r1',
];
/** Pages that show all runs. */
export const PAGES = [
  '/sessions/{id}/runs?cursor=&order=desc',
  '/sessions/{id}/run-previews?page=1',
  '/sessions/{id}/messages',
];
export const ADDITIONS = [
  '/sessions/{id}?chat_history=false',
  '/sessions/{id}/runs?top_level=true',
  '/sessions/{id}/run-previews?include=metrics',
  ...PAGES,
  '/sessions/{id}?view=editable',
];
export const READS = [...CONTRACT, ...ADDITIONS];
/** Reads that show all runs. */
export const OF_ALL_RUNS = [...CONTRACT.slice(0, 3), ...ADDITIONS.slice(1, -1)];

/** A run as JSON value. */
export const runOf = (id: string, content: string) => ({
  run_id: id,
  agent_id: 'a',
  status: 'COMPLETED',
  created_at: 1,
  messages: [{ id: 'm', role: 'user', content, created_at: 1 }],
});

/** Reads of the sessions of one database, with and without conditions. */
export class ConditionalReader {
  constructor(
    private readonly service: ServerProcess,
    private readonly db: string,
  ) {}

  get(path: string, id: string, tag?: string, headers: Record<string, string> = {}): Promise<ApiResponse> {
    const url = `${path.replaceAll('{id}', id)}${path.includes('?') ? '&' : '?'}db_id=${this.db}`;
    return call(this.service.baseUrl, url, {
      headers: { ...headers, ...(tag === undefined ? {} : { 'if-none-match': tag }) },
    });
  }

  async tag(path: string, id: string): Promise<string> {
    return (await this.get(path, id, '""')).headers.get('etag') ?? '';
  }

  /** The statuses of the reads with these tags. A 200 must have the body of a read without a condition. */
  async statuses(paths: readonly string[], id: string, tags: readonly string[]): Promise<number[]> {
    const statuses: number[] = [];
    for (const [index, path] of paths.entries()) {
      const response = await this.get(path, id, tags[index]);
      if (response.status === 200) expect(response.text).toBe((await this.get(path, id)).text);
      statuses.push(response.status);
    }
    return statuses;
  }

  tags(paths: readonly string[], id: string): Promise<string[]> {
    return Promise.all(paths.map((path) => this.tag(path, id)));
  }
}

/** With the ranges of a page, and `~` while the rows are not flushed. */
export const WEAK_TAG = expect.stringMatching(/^W\/"[\w-]{43}(\.[\w.:+-]+)?~?"$/);

export const cacheHeaders = ({ headers }: ApiResponse) => [headers.get('etag'), headers.get('cache-control')];

/** Stores a session with the runs r1 and r2 as Python does; on a mixed database, r1 in the column and r2 in the table. */
export async function storeSession(
  { sql }: ScratchDatabase,
  layout: LayoutName,
  id: string,
  more: Record<string, unknown> = {},
) {
  const runs = [runOf(`${id}-r1`, 'first'), runOf(`${id}-r2`, 'second')];
  const inTable = layout === 'v3' ? runs : layout === 'mixed' ? runs.slice(1) : [];
  const inColumn = runs.slice(0, runs.length - inTable.length);
  const columns = {
    session_id: id,
    session_type: 'agent',
    agent_id: 'a',
    session_data: '{"session_name": "old"}',
    created_at: 1,
    updated_at: 1,
    ...(layout === 'v3' ? {} : { runs: JSON.stringify(inColumn) }),
    ...more,
  };
  const places = Object.keys(columns).map((_, index) => `$${index + 1}`);
  await sql(`INSERT INTO ai.agno_sessions (${Object.keys(columns)}) VALUES (${places})`, Object.values(columns));
  for (const stored of inTable) await sql(storeRun(id), [stored.run_id, JSON.stringify(stored)]);
}

/** SQL that stores a run in the runs table. $1: its id, $2: its JSON. */
export const storeRun = (id: string) =>
  `INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_data, created_at, updated_at) VALUES ($1, '${id}', 'agent', $2, 1, 1)`;
