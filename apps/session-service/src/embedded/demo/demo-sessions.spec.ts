import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../../../../test/support/api.js';
import type { ServerProcess } from '../../../../../test/support/child-process.js';
import { createScratchDatabase } from '../../../../../test/support/scratch-database.js';
import { startSessionService } from '../../../../../test/support/session-service.js';
import { validateEnvironment } from '../../config/validate-environment.js';
import { demoSessions } from './demo-sessions.js';
import { loadDemo } from './load-demo.js';

const DAY = 86_400;
const INCLUDE = 'include=tools,members,reasoning';

interface Run {
  readonly run_id: string;
  readonly status: string;
  readonly parent_run_id?: string;
  readonly content?: string;
}

interface Message {
  readonly role: string;
  readonly content?: string;
  readonly run_status: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly {
    readonly result?: { readonly content: string; readonly tool_call_error: boolean };
  }[];
  readonly images?: readonly { readonly content?: string; readonly url?: string }[];
  readonly audio?: readonly { readonly content?: string }[];
  readonly files?: readonly { readonly filename?: string }[];
  readonly requirements?: readonly object[];
}

describe('the demo sessions', () => {
  let service: ServerProcess;
  const startedAt = Math.floor(Date.now() / 1000);

  beforeAll(async () => {
    const { dsn } = await createScratchDatabase();
    await loadDemo(validateEnvironment({ AGNO_PG_DSN: dsn }).database);
    service = await startSessionService({ AGNO_PG_DSN: dsn });
  });
  afterAll(() => service.stop());

  const read = async <T>(path: string): Promise<T> => {
    const response = await call(service.baseUrl, path);
    expect(response.status, path).toBe(200);
    return response.json;
  };
  const messagesOf = async (id: string, query = `order=asc&limit=100&${INCLUDE}`) =>
    (await read<{ data: Message[] }>(`/sessions/${id}/messages?${query}`)).data;
  const total = async (query: string) =>
    (await read<{ meta: { total_count: number } }>(`/sessions?limit=1&${query}`)).meta.total_count;
  /** The first session with a run of this status, of a component if one is given. */
  const withStatus = (status: string, componentId?: string) => {
    const found = SESSIONS.find(
      ({ agent_id, team_id, workflow_id, runs }) =>
        runs.some(({ run }) => (run as Run).status === status) &&
        (componentId === undefined || [agent_id, team_id, workflow_id].includes(componentId)),
    );
    if (found === undefined) throw new Error(`No session has a run ${status}`);
    return found.session_id;
  };

  it('are the same at every call, but for their times', () => {
    expect(JSON.stringify(demoSessions(NOW)) === JSON.stringify(SESSIONS)).toBe(true);
    const ids = (sessions: typeof SESSIONS) => sessions.map(({ session_id, runs }) => [session_id, runs.length]);
    expect(ids(demoSessions(NOW - 300 * DAY))).toEqual(ids(SESSIONS));
  });

  it('lie within 60 days before the start, a third of them in the last week', () => {
    const sessions = demoSessions(startedAt);
    const latest = sessions.flatMap(({ updated_at, runs }) => [updated_at, ...runs.map((run) => run.updated_at)]);
    expect(Math.max(...latest)).toBeLessThan(startedAt);
    expect(Math.min(...sessions.map(({ created_at }) => created_at))).toBeGreaterThan(startedAt - 62 * DAY);
    const recent = sessions.filter(({ updated_at }) => updated_at > startedAt - 7 * DAY);
    expect(recent.length).toBeGreaterThan(SESSIONS.length / 3);
  });

  it.each([
    ['type=agent', 218],
    ['type=team', 53],
    ['type=workflow', 32],
    ['component_id=support-desk', 121],
    ['component_id=travel-planner', 53],
    ['component_id=data-analyst', 58],
    ['component_id=code-reviewer', 39],
    ['component_id=content-pipeline', 32],
  ])('with %s are %i', async (filter, count) => {
    expect(await total(filter)).toBe(count);
  });

  it('contain a few runs of every status besides completed ones', () => {
    const count = (status: string) =>
      SESSIONS.filter(({ runs }) => runs.some(({ run }) => (run as Run).status === status)).length;
    expect(count('ERROR')).toBeGreaterThanOrEqual(18);
    expect(['PAUSED', 'CANCELLED', 'RUNNING'].map(count)).toEqual([7, 7, 2]);
  });

  it('contain no placeholder of a template', () => {
    expect(JSON.stringify(SESSIONS)).not.toMatch(/\{[a-z]+(\.[a-z]+)?\}(?<!\{self\.timeout\})/);
  });

  it.each([
    '',
    '/runs',
    '/run-previews',
    `/messages?${INCLUDE}`,
    `/messages?${INCLUDE}&format=ai-sdk`,
    `/messages?${INCLUDE}&format=ag-ui`,
  ])('are served by /sessions/{session_id}%s', async (route) => {
    for (const { session_id } of SOME) await read(`/sessions/${session_id}${route}`);
  });

  it('show tool calls with their results', async () => {
    const messages = await messagesOf('demo-chart');
    expect(messages.find(({ tool_calls }) => tool_calls)?.tool_calls?.[0]?.result).toMatchObject({
      content: expect.stringContaining('W46'),
      tool_call_error: false,
    });
  });

  it('show the runs of a team next to those of its members', async () => {
    const runs = await read<Run[]>('/sessions/demo-running-team/runs');
    expect(runs[0]).toMatchObject({ agent_id: 'hotels', parent_run_id: runs[1]?.run_id, status: 'COMPLETED' });
    expect(runs[1]).toMatchObject({ team_id: 'travel-planner', status: 'COMPLETED' });
  });

  it('show the steps of a workflow with their results', async () => {
    const id = SESSIONS.find((session) => session.workflow_id !== undefined && session.runs.length === 1)?.session_id;
    const [run] = await read<Record<string, object[]>[]>(`/sessions/${id}/runs`);
    const steps = ['Research', 'Draft', 'Edit', 'Publish'].map((step_name) => ({ step_name, success: true }));
    expect(run?.['step_results']).toMatchObject(steps);
    expect(run?.['step_executor_runs']).toHaveLength(4);
  });

  it('show why a run failed', async () => {
    const id = withStatus('ERROR', 'support-desk');
    const failed = (await read<Run[]>(`/sessions/${id}/runs`)).find(({ status }) => status === 'ERROR');
    expect(failed?.content).toMatch(/Error|timed out/);
    const messages = await messagesOf(id);
    expect(JSON.stringify(messages.filter(({ run_status }) => run_status === 'ERROR'))).toContain('error');
  });

  it('show what a paused run waits for', async () => {
    const messages = await messagesOf(withStatus('PAUSED', 'support-desk'));
    expect(messages.at(-1)).toMatchObject({
      run_status: 'PAUSED',
      requirements: [{ tool_execution: { requires_confirmation: true } }],
    });
  });

  it('show the part of the answer before a run was cancelled', async () => {
    const messages = await messagesOf(withStatus('CANCELLED', 'support-desk'));
    expect(messages.at(-1)).toMatchObject({ role: 'assistant', run_status: 'CANCELLED' });
  });

  it('show a run that is running, with its question', async () => {
    expect(await read<Run[]>('/sessions/demo-running/runs')).toMatchObject([
      { status: 'RUNNING', run_input: expect.stringContaining('suppliers') },
    ]);
  });

  it('show photos and a chart as PNG, and an image elsewhere by its URL', async () => {
    const [question] = await messagesOf('demo-photos');
    const images = question?.images ?? [];
    expect(images.map(({ content, url }) => fileType(content) ?? url)).toEqual([
      'PNG',
      'PNG',
      expect.stringMatching(/^https:/),
    ]);
    const chart = (await messagesOf('demo-chart')).flatMap((message) => message.images ?? []);
    expect(chart.map(({ content }) => fileType(content))).toEqual(['PNG']);
  });

  it('show a voice message as WAV', async () => {
    const [question] = await messagesOf('demo-voice');
    expect(question?.audio?.map(({ content }) => fileType(content))).toEqual(['RIFF']);
  });

  it('show files with their names', async () => {
    const [question] = await messagesOf('demo-files');
    expect(question?.files?.map(({ filename }) => filename)).toEqual(['prices.csv', 'contract.pdf', 'last-year.xlsx']);
  });

  it('show reasoning on request', async () => {
    const [run] = await read<{ reasoning_steps: object[] }[]>('/sessions/demo-reasoning/runs');
    expect(run?.reasoning_steps).toHaveLength(3);
    expect((await messagesOf('demo-reasoning')).at(-1)?.reasoning_content).toContain('District heating');
    expect((await messagesOf('demo-reasoning', '')).at(-1)?.reasoning_content).toBeUndefined();
  });

  it.each([
    ['demo-arabic', /\p{Script=Arabic}/u],
    ['demo-hebrew', /\p{Script=Hebrew}/u],
    ['demo-japanese', /\p{Script=Hiragana}/u],
    ['demo-german-words', /\p{Letter}{40}/u],
    ['demo-markup', /👩‍👩‍👧‍👦/u],
  ])('show the text of %s as it was written', async (id, letters) => {
    expect((await read<{ session_name: string }>(`/sessions/${id}`)).session_name).toMatch(/\p{Letter}/u);
    const texts = [await read(`/sessions/${id}`), await messagesOf(id)];
    expect(JSON.stringify(texts)).toMatch(letters);
  });

  it('contain a session without runs', async () => {
    expect(await read('/sessions/demo-empty/runs')).toEqual([]);
    expect(await messagesOf('demo-empty')).toEqual([]);
  });

  it('contain a chat of 600 runs, which ends with the newest', async () => {
    const page = await read<{ data: Run[]; meta: { total_count: number } }>(
      '/sessions/demo-long-chat/run-previews?limit=2&page=300',
    );
    expect(page.meta.total_count).toBe(600);
    expect(page.data).toHaveLength(2);
  });

  it('contain a message of 1 MB', async () => {
    const [question] = await messagesOf('demo-one-megabyte');
    expect(question?.content?.length).toBeGreaterThan(900_000);
  });
});

const NOW = 1_800_000_000;

const SESSIONS = demoSessions(NOW);

/** The special ones, and every fourth of the generated ones. */
const SOME = SESSIONS.filter(({ session_id }, index) => session_id.startsWith('demo-') || index % 4 === 0);

/** The first letters in a file whose content is in base64. */
function fileType(base64: string | undefined): string | undefined {
  if (base64 === undefined) return undefined;
  return /[A-Z]{3,4}/.exec(Buffer.from(base64, 'base64').toString('latin1', 0, 4))?.[0];
}
