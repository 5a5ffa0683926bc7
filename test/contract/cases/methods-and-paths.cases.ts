import { caseCollector, get, send } from '../harness/contract-case.js';

const { cases, add } = caseCollector('methods-and-paths');

const PATHS = [
  '/sessions',
  '/sessions/agent-plain',
  '/sessions/agent-plain/rename',
  '/sessions/agent-plain/runs',
  '/sessions/agent-plain/run-previews',
  '/sessions/agent-plain/runs/run-plain-1',
];

for (const path of PATHS) {
  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'TRACE', 'QUERY']) add(`${method} ${path}`, { method, path });
}
for (const method of ['POST', 'PATCH', 'DELETE']) {
  for (const path of PATHS.slice(2))
    if (!(method === 'POST' && path.endsWith('rename'))) add(`${method} ${path}`, { method, path });
}
add('PATCH /sessions', send('PATCH', '/sessions', {}));
add('POST /sessions/agent-plain', send('POST', '/sessions/agent-plain', {}));
add('GET rename', get('/sessions/agent-plain/rename'));
add('an unknown method', { method: 'PROPFIND', path: '/sessions' });

for (const path of [
  '/sessions/?limit=2',
  '/sessions//?limit=2',
  '/sessions/agent-plain/',
  '/sessions/agent-plain//',
  '/sessions/agent-plain/runs/',
  '/sessions/agent-plain/run-previews///',
  '/sessions/agent-plain/runs/run-plain-1/',
  '//sessions',
  '/sessions//runs',
  '/sessions/agent-plain//runs',
  '/Sessions',
  '/SESSIONS/agent-plain',
  '/sessions/agent-plain/Runs',
  '/sessions/agent-plain/previews',
  '/sessions/agent-plain/runs/run-plain-1/x',
  '/sessions/with%2Fslash',
  '/sessions/with%2fslash/runs',
  '/%73essions?limit=2',
  '/sessions/agent%2Dplain',
  '/sessions/./agent-plain',
  '/sessions/../sessions',
  '/sessions/%2E%2E/agent-plain',
  '/sessions/agent-plain;x=1',
  '/nope',
  '/sessionsx',
  '/sessions/%20',
  '/sessions?',
]) {
  add(`path ${path}`, get(path));
}
for (const path of [
  'agent-plain/media/key',
  'nope/media/a/b//c.png',
  'agent-plain/media/a%2Fb',
  'agent-plain%2Fmedia%2Fkey',
  'agent-plain/media//key',
  'agent-plain/media/key/',
  'agent-plain/media/%00%ff',
  'agent%00plain/media/key',
  'agent-plain/media/../key',
  'agent-plain/media/key?db_id=nope&table=nope&redirect=true',
  'agent-plain/media/key?type=nope&redirect=maybe',
  'agent-plain/media/key?redirect=',
  '/media/key',
  'agent-plain/x/media/key',
  'agent-plain/Media/key',
]) {
  add(`media ${path}`, get(`/sessions/${path}`));
}
for (const method of ['HEAD', 'OPTIONS', 'POST', 'PATCH', 'DELETE', 'PUT']) {
  add(`${method} media`, { method, path: '/sessions/agent-plain/media/key' });
}
add('trailing slash on POST', send('POST', '/sessions/', { session_id: 'slashed', agent_id: 'a' }), {
  rowsOf: ['slashed'],
});
add('trailing slashes on DELETE', send('DELETE', '/sessions/nope//'));

const ORIGINS = [
  'http://localhost:3000',
  'https://agno.com',
  'https://www.agno.com',
  'https://app.agno.com',
  'https://os.agno.com',
  'https://os-stg.agno.com',
  'https://evil.example',
  'http://agno.com',
  'null',
];
for (const origin of ORIGINS) {
  const headers = {
    origin,
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization, x-thing',
  };
  add(`preflight from ${origin}`, { method: 'OPTIONS', path: '/sessions/agent-plain', headers });
  add(`GET from ${origin}`, get('/sessions/agent-plain', { origin }));
}
const origin = 'http://localhost:3000';
add('preflight without headers', {
  method: 'OPTIONS',
  path: '/sessions',
  headers: { origin, 'access-control-request-method': 'GET' },
});
add('preflight of an unknown path', {
  method: 'OPTIONS',
  path: '/nope',
  headers: { origin, 'access-control-request-method': 'GET' },
});
add('preflight of an odd method', {
  method: 'OPTIONS',
  path: '/sessions',
  headers: { origin, 'access-control-request-method': 'BREW' },
});
add('OPTIONS with an origin only', { method: 'OPTIONS', path: '/sessions', headers: { origin } });
add('404 from an origin', get('/sessions/nope', { origin }));
add('422 from an origin', get('/sessions?limit=x', { origin }));
add('405 from an origin', { method: 'PUT', path: '/sessions', headers: { origin } });
add('cookies make no difference', get('/sessions/agent-plain', { origin, cookie: 'a=b' }));

export default cases;
