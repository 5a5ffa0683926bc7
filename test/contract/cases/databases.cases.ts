import { type CaseDraft, caseCollector, get, type Layout, send } from '../harness/contract-case.js';
import { agent } from './session-builders.js';

const { cases, add } = caseCollector('databases');

const SEVERAL: CaseDraft = { layouts: ['several'] satisfies Layout[] };

/** Query parameters that select a database, sent to a server with one database and to a server with several. */
const CHOICES = [
  '',
  'db_id=',
  'db_id=nope',
  'db_id=default',
  'db_id=first',
  'db_id=FIRST',
  'db_id=nope&db_id=first',
  'table=agno_sessions',
  'table=',
  'db_id=&table=agno_sessions',
  'db_id=default&table=agno_sessions',
  'db_id=first&table=agno_sessions',
  'db_id=first&table=',
  'db_id=first&table=nope',
  'db_id=default&table=nope',
  'db_id=default&table=ai.agno_sessions',
  'db_id=default&table=agno_runs',
  'db_id=nope&table=nope',
  'db_id=d%C3%BC%27s',
];
const ROUTES = [
  '/sessions?limit=2&',
  '/sessions/agent-plain?',
  '/sessions/agent-plain/runs?',
  '/sessions/agent-plain/run-previews?',
  '/sessions/agent-plain/runs/run-plain-1?',
];

for (const choice of CHOICES) {
  for (const route of ROUTES) {
    add(`${route}${choice}`, get(`${route}${choice}`));
    add(`several: ${route}${choice}`, get(`${route}${choice}`), SEVERAL);
  }
}
add('a page that only we refuse, table without db_id', get('/sessions?page=0&table=agno_sessions'));
add('a page that only we refuse, unknown db_id', get('/sessions?page=0&db_id=nope'));
add('a summary that only we refuse, unknown db_id', send('PATCH', '/sessions/x?db_id=nope', { summary: {} }));
for (const choice of ['', 'db_id=nope', 'db_id=second', 'table=agno_sessions', 'db_id=first&table=nope']) {
  add(`several: create ${choice}`, send('POST', `/sessions?${choice}`, { session_id: 'dbs' }), {
    ...SEVERAL,
    database: 'second',
    rowsOf: ['dbs'],
  });
  const given = [agent('dbs', { session_data: {} })];
  const draft = { ...SEVERAL, database: 'second', given };
  add(`several: patch ${choice}`, send('PATCH', `/sessions/dbs?${choice}`, { session_name: 'N' }), draft);
  add(`several: rename ${choice}`, send('POST', `/sessions/dbs/rename?${choice}`, { session_name: 'N' }), draft);
  add(`several: delete ${choice}`, send('DELETE', `/sessions/dbs?${choice}`), draft);
  add(
    `several: bulk delete ${choice}`,
    send('DELETE', `/sessions?${choice}`, { session_ids: ['dbs'], session_types: ['agent'] }),
    draft,
  );
}
add('several: 422 before the database', get('/sessions?limit=x&db_id=nope'), SEVERAL);
add('several: status before the database', get('/sessions/agent-plain/runs?status=x&db_id=nope'), SEVERAL);
add(
  'several: the same session in two databases',
  [get('/sessions/agent-plain?db_id=first'), get('/sessions/agent-plain?db_id=second')],
  SEVERAL,
);

// The empty database has no tables: reads before the first write, and the tables that the first write creates.
const EMPTY: CaseDraft = { ...SEVERAL, database: 'empty' };
for (const path of [
  '/sessions?',
  '/sessions/nope?',
  '/sessions/nope/runs?',
  '/sessions/nope/run-previews?',
  '/sessions/nope/runs/nope?',
]) {
  add(`empty: ${path}`, get(`${path}db_id=empty`), EMPTY);
}
add('empty: list of a type and user', get('/sessions?db_id=empty&type=team&user_id=a&sort_by=user_id'), EMPTY);
add('empty: patch', send('PATCH', '/sessions/nope?db_id=empty', { session_name: 'N' }), SEVERAL);
add('empty: rename', send('POST', '/sessions/nope/rename?db_id=empty', { session_name: 'N' }), SEVERAL);
add('empty: delete', send('DELETE', '/sessions/nope?db_id=empty'), SEVERAL);
add(
  'empty: bulk delete',
  send('DELETE', '/sessions?db_id=empty', { session_ids: ['a'], session_types: ['agent'] }),
  SEVERAL,
);
add(
  'empty: the first write makes the tables as agno does',
  [send('POST', '/sessions?db_id=empty', { session_id: 'very-first' }), get('/sessions/very-first?db_id=empty')],
  { ...EMPTY, rowsOf: ['very-first'], tables: true },
);

export default cases;
