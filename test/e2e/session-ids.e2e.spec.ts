import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionClient } from '../../libs/session-client/src/index.js';
import { call } from '../support/api.js';
import type { ServerProcess } from '../support/child-process.js';
import { collect } from '../support/collect.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const IDS = ['team/7', '/', 'a//b/', '.', '..', '-', 'a/media/b', '%2F', '?#&+ ü', 'x'.repeat(2_600)];

let service: ServerProcess;
let client: SessionClient;

beforeAll(async () => {
  service = await startSessionService({ AGNO_PG_DSN: (await createScratchDatabase()).dsn });
  client = new SessionClient({ baseUrl: service.baseUrl });
});
afterAll(() => service.stop());

describe.each(IDS)('a session with the id %s', (id) => {
  const params = { path: { session_id: id } };

  it('is reached by all routes of the client', async () => {
    const run = {
      run_id: `run of ${id.slice(0, 20)}`,
      agent_id: 'a',
      input: { input_content: 'Hello' },
      content: 'Yes',
    };
    await client.post('/sessions', { body: { session_id: id, session_name: 'First', runs: [run] } });
    expect(await client.get('/sessions/{session_id}', { params })).toMatchObject({ session_id: id });
    expect(await collect(client.runs(id))).toHaveLength(1);
    expect(await collect(client.runPreviews(id))).toHaveLength(1);
    expect(await collect(client.messages(id))).toHaveLength(2);
    const renamed = { params, body: { session_name: 'Second' } };
    expect(await client.post('/sessions/{session_id}/rename', renamed)).toMatchObject({ session_name: 'Second' });
    const changed = await client.changeSession(id, () => ({ session_state: { step: 1 } }));
    expect(changed).toMatchObject({ session_id: id, session_state: { step: 1 } });
    await client.delete('/sessions/{session_id}', { params });
    await expect(client.get('/sessions/{session_id}', { params })).rejects.toMatchObject({ status: 404 });
  });

  it('is named by the parameter `id` where the path names `-`', async () => {
    await client.post('/sessions', { body: { session_id: id } });
    const { status, json } = await call(service.baseUrl, `/sessions/-?id=${encodeURIComponent(id)}`);
    expect([status, json]).toEqual([200, expect.objectContaining({ session_id: id })]);
  });
});

it('ignores the parameter `id` with another path, as AgentOS does', async () => {
  await client.post('/sessions', { body: { session_id: 'one' } });
  const { json } = await call(service.baseUrl, '/sessions/one?id=two');
  expect(json).toMatchObject({ session_id: 'one' });
});
