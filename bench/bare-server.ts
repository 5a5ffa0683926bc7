/** The limit a Node service can reach: Fastify, one prepared statement, stored JSON spliced through. No rules at all. */
import Fastify from 'fastify';
import pg from 'pg';

const [, , port = '', dsn = ''] = process.argv;
const pool = new pg.Pool({ connectionString: dsn, max: 10, types: { getTypeParser: () => (text: string) => text } });

const SESSION =
  'session_id, session_type, agent_id, user_id, session_data, agent_data, metadata, summary, created_at, updated_at';
const MESSAGES = `(SELECT '[' || string_agg((run_data - '{events,content,metrics}'::text[])::text, ',' ORDER BY run_index) || ']'
  FROM ai.agno_runs r WHERE r.session_id = s.session_id)`;

const LIST = `SELECT ${SESSION} FROM ai.agno_sessions ORDER BY created_at DESC LIMIT 20`;
const DETAIL = `SELECT ${SESSION}, ${MESSAGES} AS messages FROM ai.agno_sessions s WHERE session_id = $1`;
const RUNS = `SELECT '[' || string_agg(run_data::text, ',' ORDER BY run_index) || ']' AS runs FROM ai.agno_runs WHERE session_id = $1`;
const CREATE = `INSERT INTO ai.agno_sessions (session_id, session_type, session_data, created_at, updated_at)
  VALUES (gen_random_uuid()::text, 'agent', $1::jsonb, 1, 1) RETURNING ${SESSION}`;

async function rows(name: string, text: string, values: unknown[] = []): Promise<Record<string, string>[]> {
  return (await pool.query({ name, text, values })).rows;
}

function json(row: Record<string, string> = {}): string {
  return `{"session_id":"${row['session_id']}","session_data":${row['session_data']},"metadata":${row['metadata']}`;
}

const app = Fastify();
app.addHook('onRequest', (_request, reply, done) => {
  reply.header('content-type', 'application/json');
  done();
});
app.get('/health', () => '{}');
app.get('/sessions', async () => `{"data":[${(await rows('list', LIST)).map((row) => `${json(row)}}`).join(',')}]}`);
app.get<{ Params: { id: string } }>('/sessions/:id', async ({ params }) => {
  const [row] = await rows('detail', DETAIL, [params.id]);
  return `${json(row)},"chat_history":${row?.['messages']}}`;
});
app.get<{ Params: { id: string } }>('/sessions/:id/runs', async ({ params }) => {
  const [row] = await rows('runs', RUNS, [params.id]);
  return row?.['runs'];
});
app.post('/sessions', async ({ body }, reply) => {
  const [row] = await rows('create', CREATE, [JSON.stringify(body)]);
  return reply.code(201).send(`${json(row)}}`);
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
