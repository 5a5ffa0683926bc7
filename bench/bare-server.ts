/**
 * Baseline for CPU ratios: a minimal server with Fastify, pg and our SQL statements. Responses have the same fields,
 * but ignore the contract's rules: pg parses the rows, and JSON.stringify prints object literals.
 */

import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';
import { StatementCache } from '../libs/storage/src/layout.js';
import { createSession } from '../libs/storage/src/sql/create-session.sql.js';
import { countSessions, listPage } from '../libs/storage/src/sql/list-sessions.sql.js';
import { readSession } from '../libs/storage/src/sql/read-session.sql.js';
import { whereClause } from '../libs/storage/src/sql/session-filter.js';
import { qualifiedTables } from '../libs/storage/src/table-names.js';
import { V3_LAYOUT } from '../test/support/v3-layout.js';
import { TABLES } from './fill-dataset.js';

type Json = ReturnType<typeof JSON.parse>;

const [, , port = '', dsn = ''] = process.argv;
const pool = new pg.Pool({ connectionString: dsn, max: 10 });
const statements = new StatementCache(qualifiedTables(TABLES), V3_LAYOUT);
const noFilter = whereClause(undefined, {});
const PAGE = statements.get('page', listPage(noFilter, { sortBy: 'created_at', descending: true }, 'all'));
const COUNT = statements.get('count', countSessions(noFilter));
const DETAIL = statements.get('detail', readSession('detail'));
const RUNS = statements.get('runs', readSession('whole'));
const CREATE = statements.get('create', createSession('agent'));

const rows = async (statement: { name: string; text: string }, values: unknown[]): Promise<Json[]> =>
  (await pool.query({ ...statement, values })).rows;
const date = (seconds: Json) => new Date(Number(seconds) * 1000).toISOString();

function sessionOf(row: Json, title: Json) {
  return {
    user_id: row.user_id,
    session_id: row.session_id,
    session_name: row.session_data?.session_name ?? title ?? '',
    session_state: row.session_data?.session_state,
    agent_id: row.agent_id,
    total_tokens: row.session_data?.session_metrics?.total_tokens,
    agent_data: row.agent_data,
    metrics: row.session_data?.session_metrics,
    metadata: row.metadata,
    created_at: date(row.created_at),
    updated_at: date(row.updated_at),
  };
}

function messageOf({ id, content, role, metrics, created_at }: Json) {
  return { id, content, from_history: false, stop_after_tool_call: false, role, metrics, created_at };
}

function runOf(run: Json) {
  const { run_id, parent_run_id, agent_id, user_id, status, content, metrics, messages, events, created_at } = run;
  const input = run.input?.input_content;
  const base = {
    run_id,
    parent_run_id,
    agent_id,
    user_id,
    status,
    run_input: input,
    content,
    run_response_format: 'text',
  };
  return { ...base, metrics, messages, events, created_at: date(created_at) };
}

const app = Fastify();
app.get('/health', () => ({}));
app.get<{ Querystring: { limit?: string } }>('/sessions', async ({ query }) => {
  const limit = Number(query.limit ?? 20);
  const [page, [count]] = await Promise.all([rows(PAGE, [limit, 0]), rows(COUNT, [])]);
  const total = Number(count?.total);
  const meta = { page: 1, limit, total_pages: Math.ceil(total / limit), total_count: total, search_time_ms: 0 };
  return {
    data: page.map((row) => sessionOf(row, row.title_message === null ? undefined : JSON.parse(row.title_message))),
    meta,
  };
});
app.get<{ Params: { id: string } }>('/sessions/:id', async ({ params }, reply) => {
  const [session, ...runs] = await rows(DETAIL, [params.id, null]);
  if (session === undefined) return reply.code(404).send({ detail: 'not found' });
  const messages = runs.flatMap(({ run }) => run.messages).filter(({ role }) => role !== 'system' && role !== 'tool');
  return { ...sessionOf(session, messages[0]?.content), chat_history: messages.map(messageOf) };
});
app.get<{ Params: { id: string } }>('/sessions/:id/runs', async ({ params }, reply) => {
  const [session, ...runs] = await rows(RUNS, [params.id, null]);
  if (session === undefined) return reply.code(404).send({ detail: 'not found' });
  return runs.map(({ run }) => runOf(run));
});
app.post('/sessions', async ({ body }, reply) => {
  const { session_name, session_state, user_id } = body as Json;
  const now = Math.floor(Date.now() / 1000);
  const session = {
    session_id: randomUUID(),
    agent_id: null,
    user_id,
    agent_data: null,
    created_at: now,
    updated_at: now,
  };
  const data = JSON.stringify({ session_state, session_name });
  const values = [session.session_id, 'agent', null, user_id, data, 'null', 'null', 'null', now];
  const [stored] = await rows(CREATE, values);
  return reply.code(201).send({ ...sessionOf({ ...session, ...stored }, undefined), chat_history: [] });
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
