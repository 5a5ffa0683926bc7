import { call } from '../../support/api.js';

const RUN = { run_id: 'r1', agent_id: 'a', status: 'COMPLETED', content: 'four', metrics: { cost: '1.0' } };

/** At least one successful request of each kind, and requests whose errors need a database query. */
const STEPS: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['GET', '/sessions?type=agent'],
  ['GET', '/sessions/one?type=agent'],
  [
    'POST',
    '/sessions?type=agent',
    { session_id: 'one', session_name: 'ä', user_id: 'u', agent_id: 'a', session_state: { n: 1 }, runs: [RUN] },
  ],
  ['POST', '/sessions?type=agent', { session_id: 'one' }],
  ['POST', '/sessions?type=team', { session_id: 'two', team_id: 't', metadata: { big: '9007199254740993' } }],
  ['GET', '/sessions'],
  [
    'GET',
    '/sessions?type=agent&component_id=a&user_id=u&session_name=%C3%A4&limit=1&page=1&sort_by=created_at&sort_order=asc',
  ],
  ['GET', '/sessions?cursor=&sort_by=updated_at&metadata.big=9007199254740993&created_after=0'],
  ['POST', '/sessions/search', { filter: { op: 'CONTAINS', key: 'session_name', value: 'Ä' }, count: 'none' }],
  ['POST', '/sessions/search', { filter: { op: 'LIKE' } }],
  ['GET', '/sessions/one?type=agent'],
  ['GET', '/sessions/one/runs?type=agent'],
  ['GET', '/sessions/one/runs?page=1&limit=5&top_level=true'],
  ['GET', '/sessions/one/runs?cursor=&order=desc&status=completed'],
  ['GET', '/sessions/one/messages?format=ai-sdk&include=tools,reasoning'],
  ['GET', '/sessions/one/messages?order=asc&limit=1&cursor=x'],
  ['GET', '/sessions/one/run-previews?type=agent'],
  ['GET', '/sessions/one/runs/r1?type=agent'],
  ['GET', '/sessions/one/runs/none?type=agent'],
  ['POST', '/sessions/one/rename?type=agent', { session_name: 'other' }],
  [
    'PATCH',
    '/sessions/one?type=agent',
    { session_state: { n: 2 }, metadata: { m: [1, null] }, summary: { summary: 's' } },
  ],
  ['GET', '/sessions/one?type=agent'],
  ['DELETE', '/sessions/one'],
  ['DELETE', '/sessions', { session_ids: ['two'], session_types: ['team'] }],
  ['GET', '/sessions'],
];

/** Sends all steps to a service with an empty database. Returns the responses with times masked. */
export async function contractWalk(baseUrl: string): Promise<string[]> {
  const responses: string[] = [];
  for (const [method, path, body] of STEPS) {
    const { status, text } = await call(baseUrl, path, { method, body });
    responses.push(`${method} ${path}: ${status} ${text.replace(TIMES, '$1"…"').replace(MILLISECONDS, '$1…')}`);
  }
  return responses;
}

const TIMES = /("(?:created|updated)_at":)"[^"]*"/g;
const MILLISECONDS = /("search_time_ms":)[\d.]+/g;
