import { STANDALONE_ROUTES } from '@session-service/contract';
import { agent } from '../cases/session-builders.js';
import { get, send } from '../harness/contract-case.js';
import { GIVEN_AT, type GivenSession } from '../harness/given-session.js';
import type { Step } from '../harness/send-step.js';

/**
 * Sessions with and without an owner. Their times differ, because AgentOS leaves the order of sessions with equal times
 * undefined. The seeded data also has `agent-plain` of ann and `flow-text` of bob.
 */
export const GIVEN_SESSIONS: readonly GivenSession[] = [
  agent('mine', { user_id: 'ann', session_data: { session_name: 'Mine' } }),
  agent('theirs', { created_at: GIVEN_AT + 1, user_id: 'bob', session_data: { session_name: 'Theirs' } }),
  agent('nobodys', { created_at: GIVEN_AT + 2, user_id: null, session_data: { session_name: "Nobody's" } }),
];

/** Requests for `GET /sessions` with different filters. */
export const READS: readonly Step[] = [
  ...['', '?user_id=bob', '?user_id=', '?type=team&user_id=ann', '?limit=3&page=2', '?limit=x', '?db_id=nope'],
].map((query) => get(`/sessions${query}`));

const READ_PATHS = ['agent-plain', 'flow-text', 'missing'].flatMap((id) => [
  `/sessions/${id}`,
  `/sessions/${id}?user_id=bob`,
  `/sessions/${id}/runs`,
  `/sessions/${id}/run-previews`,
  `/sessions/${id}/runs/run-plain-1`,
]);

export const ALL_READS: readonly Step[] = [
  ...READS,
  ...READ_PATHS.map((path) => get(path)),
  get('/sessions/agent-plain/runs?status=nope'),
  get('/sessions/'),
  get('/sessions/agent-plain/'),
  get('//sessions'),
  get('/%73essions/agent-plain'),
  get('/sessions/%61gent-plain'),
  get('/sessions/agent-plain%2Fruns'),
  get('/sessions/agent-plain/nothing'),
  get('/sessions/agent-plain/media/key'),
  get('/sessions/agent-plain/media/key?db_id=nope&redirect=x'),
  send('POST', '/sessions/agent-plain/media/key', {}),
  get('/nothing'),
  { method: 'HEAD', path: '/sessions' },
  { method: 'OPTIONS', path: '/sessions' },
  send('PUT', '/sessions/agent-plain', {}),
  send('POST', '/sessions/agent-plain/nothing', {}),
  send('POST', '/sessions/agent-plain', {}),
  send('POST', '/nothing', {}),
  get('/sessions?limit=1', { origin: 'http://localhost:3000' }),
  get('/sessions?limit=1', { origin: 'http://evil.example' }),
];

/** Requests to the routes that front ends ask first. Responses of 200 are compared without their bodies. */
export const COMPONENT_READS: readonly Step[] = [...STANDALONE_ROUTES.keys()].flatMap((path) => [
  get(path),
  get(`${path}/`),
  { method: 'HEAD', path },
  { method: 'OPTIONS', path },
  ...(path === '/config' || path === '/info' ? [send('POST', path, {})] : []),
]);

/** Write requests. Before each, the given sessions are inserted; after it, their rows are compared. */
export const WRITES: readonly Step[] = [
  send('POST', '/sessions', { session_id: 'fresh', user_id: 'mallory', session_name: 'F' }),
  send('POST', '/sessions?user_id=bob', { session_id: 'fresh' }),
  ...GIVEN_SESSIONS.map(({ session_id }) => send('POST', '/sessions', { session_id })),
  send('POST', '/sessions', '{'),
  ...GIVEN_SESSIONS.flatMap(({ session_id: id }) => [
    send('PATCH', `/sessions/${id}`, { session_name: 'N', user_id: 'ann' }),
    send('PATCH', `/sessions/${id}?user_id=bob`, { session_name: 'N' }),
    send('POST', `/sessions/${id}/rename`, { session_name: 'N' }),
    send('POST', `/sessions/${id}/rename?user_id=bob`, { session_name: 'N' }),
    send('DELETE', `/sessions/${id}`),
    send('DELETE', `/sessions/${id}?user_id=bob`),
  ]),
  send('PATCH', '/sessions/missing', { session_name: 'N' }),
  send('PATCH', '/sessions/mine', { session_name: 1 }),
  send('POST', '/sessions/missing/rename', { session_name: 'N' }),
  send('DELETE', '/sessions/missing'),
  send('DELETE', '/sessions/mine?delete_media=true'),
  send('DELETE', '/sessions', { session_ids: ['mine', 'theirs'], session_types: ['agent', 'agent'] }),
  send('DELETE', '/sessions?user_id=bob', { session_ids: ['mine', 'theirs'], session_types: ['agent', 'agent'] }),
  send('DELETE', '/sessions', { session_ids: ['nobodys'], session_types: ['agent'] }),
  send('DELETE', '/sessions', {}),
];
