import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiResponse, call, until } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const MEGABYTE = 1_048_576;

describe('the service with large and unusual JSON', () => {
  let database: ScratchDatabase;
  let service: ServerProcess;

  beforeAll(async () => {
    database = await createScratchDatabase();
    service = await startSessionService({ AGNO_PG_DSN: database.dsn });
  });
  afterAll(() => service.stop());

  const post = async (body: string, path = '/sessions'): Promise<ApiResponse> => {
    const response = await fetch(service.baseUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: JSON.parse(text) as never };
  };

  /** Stores a session with one run, given as JSON text, and expects success. */
  const store = async (id: string, run: string): Promise<void> => {
    const created = await post(`{"session_id":"${id}","agent_id":"a","runs":[${run}]}`);
    expect(created.status, created.text.slice(0, 200)).toBe(201);
  };

  const get = async <T>(path: string): Promise<T> => {
    const { status, text, json } = await call(service.baseUrl, path);
    expect(status, text.slice(0, 200)).toBe(200);
    return json as T;
  };

  const listedName = async (id: string): Promise<string | undefined> => {
    const { data } = await get<{ data: { session_id: string; session_name: string }[] }>('/sessions?limit=100');
    return data.find(({ session_id }) => session_id === id)?.session_name;
  };

  it.each([20_000, 300_000])(
    'truncates the name after 10,000 characters and run_input after 1 MiB for a nested input of %d numbers',
    async (count) => {
      const id = `nested-${count}`;
      const nested = `${'['.repeat(900)}${'1,'.repeat(count - 1)}1${']'.repeat(900)}`;
      await store(id, `{"run_id":"${id}","agent_id":"a","input":{"input_content":${nested}}}`);

      const { session_name } = await get<{ session_name: string }>(`/sessions/${id}`);
      expect(session_name).toHaveLength(10_001);
      expect(session_name).toMatch(/^\{\n {2}"input_content": \[\n[\s\S]*…$/);
      expect(await listedName(id)).toBe(session_name);

      const [run] = await get<{ run_input: string }[]>(`/sessions/${id}/runs`);
      const python = `${'['.repeat(900)}${'1, '.repeat(count - 1)}1${']'.repeat(900)}`;
      const isLong = python.length > MEGABYTE;
      expect(run?.run_input).toBe(isLong ? `${python.slice(0, MEGABYTE)}…` : python);
    },
  );

  it('truncates a run_input that indentation makes longer than 1 MiB', async () => {
    const nested = `${'{"a":'.repeat(900)}[${'1,'.repeat(20_000)}1]${'}'.repeat(900)}`;
    await store('indented', `{"run_id":"indented","agent_id":"a","input":{"input_content":${nested}}}`);
    const [run] = await get<{ run_input: string }[]>('/sessions/indented/runs');
    expect(run?.run_input).toHaveLength(MEGABYTE + 1);
    expect(run?.run_input).toMatch(/^\{\n {2}"a": \{\n {4}"a": [\s\S]*…$/);
  });

  it('serves a stored run whose input is nested 3,000 levels deep', async () => {
    await store('deep', '{"run_id":"deep","agent_id":"a"}');
    const deep = `${'['.repeat(3_000)}${']'.repeat(3_000)}`;
    const update =
      "UPDATE ai.agno_runs SET run_data = run_data || jsonb_build_object('input', jsonb_build_object('input_content', $1::jsonb)) WHERE run_id = 'deep'";
    await database.sql(update, [deep]);
    const { session_name } = await get<{ session_name: string }>('/sessions/deep');
    expect(session_name).toMatch(/^\{\n {2}"input_content": \[\n {4}\[\n[\s\S]*…$/);
    expect(await listedName('deep')).toBe(session_name);
    const [preview] = await get<{ run_input: string }[]>('/sessions/deep/run-previews');
    expect(preview?.run_input).toBe('['.repeat(280));
    for (const format of ['agno', 'ai-sdk', 'ag-ui']) {
      const { data } = await get<{ data: { role: string }[] }>(`/sessions/deep/messages?format=${format}`);
      expect(data).toMatchObject([{ role: 'user' }]);
    }
  });

  it('responds 413 to numbers whose PostgreSQL notation exceeds the body limit', async () => {
    const numbers = (count: number) => `{"session_state":{"a":[${'1e308,'.repeat(count - 1)}1e308]}}`;
    expect((await post(numbers(50_000))).status).toBe(201);
    const refused = await post(numbers(1_000_000 - 3));
    expect([refused.status, refused.text]).toEqual([413, '{"detail":"Request body is too large"}']);
  });

  it('logs one line for all invalid fields of a response', async () => {
    const runs = Array.from(
      { length: 20_000 },
      (_, index) => `{"run_id":"odd-${index}","agent_id":"a","tools":5,"metrics":5}`,
    );
    expect((await post(`{"session_id":"odd","agent_id":"a","runs":[${runs.join(',')}]}`)).status).toBe(201);
    const before = service.output().length;
    await get('/sessions/odd/runs');
    const logged = await until(async () => service.output().slice(before));
    expect(logged.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(logged).message).toBe(
      "Runs of session 'odd' of database 'default': 40000 stored values do not match the schema and are printed as null: metrics, tools, metrics …",
    );
  });

  it('generates the same ids and times on every read for messages and media that have none', async () => {
    const image = '{"url":"https://example.org/i.png"}';
    const messages = `[{"role":"user","content":"q","images":[${image},${image}]},{"role":"assistant","content":"r"}]`;
    await store('stable', `{"run_id":"stable","agent_id":"a","created_at":1760000100,"messages":${messages}}`);
    const read = () =>
      get<{ chat_history: { id: string; created_at: number; images?: { id: string }[] }[] }>('/sessions/stable');
    const { chat_history: history } = await read();
    expect(await read()).toMatchObject({ chat_history: history });
    expect(history.map(({ created_at }) => created_at)).toEqual([1_760_000_100, 1_760_000_100]);
    const ids = [...history, ...(history[0]?.images ?? [])].map(({ id }) => id);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(4);
  });

  it('generates distinct message ids for runs without an id', async () => {
    await store('anonymous', '{"run_id":"anonymous","agent_id":"a"}');
    const run = `run_data - 'run_id' || '{"messages":[{"role":"user","content":"q"}]}'`;
    await database.sql(
      `INSERT INTO ai.agno_runs (run_id, session_id, run_type, run_index, run_data, created_at)
        SELECT 'anonymous-' || n, session_id, run_type, n, ${run}, 1 FROM ai.agno_runs, generate_series(1, 3) n
        WHERE run_id = 'anonymous'`,
    );
    const { chat_history: history } = await get<{ chat_history: { id: string }[] }>('/sessions/anonymous');
    expect(new Set(history.map(({ id }) => id)).size).toBe(3);
  });

  it('truncates a rejected string in a 422 after 65,536 characters and replaces a larger array or object by null', async () => {
    const inputs = async (value: string) => {
      const { status, json } = await post(`{"session_name":${value}}`, '/sessions/none/rename');
      expect(status).toBe(422);
      return (json as { detail: { input: unknown }[] }).detail.map(({ input }) => input);
    };
    expect(await inputs(`[${'"xxxx",'.repeat(9_000)}1]`)).toEqual([[...Array(9_000).fill('xxxx'), 1]]);
    expect(await inputs(`[${'"xxxx",'.repeat(10_000)}1]`)).toEqual([null]);
    const text = await fetch(`${service.baseUrl}/sessions/none/rename`, { method: 'POST', body: 'ж'.repeat(70_000) });
    expect(text.status).toBe(422);
    const create = await fetch(`${service.baseUrl}/sessions`, { method: 'POST', body: 'ж'.repeat(70_000) });
    const { detail } = (await create.json()) as { detail: { input: string }[] };
    expect(detail.map(({ input }) => input)).toEqual([`${'ж'.repeat(65_536)}…`]);
  });
});
