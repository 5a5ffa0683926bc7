import { deepStrictEqual } from 'node:assert';
import { deleteSession, fillSidebar, type Mode, openSession, sendMessage } from '../../clients/agent-ui.js';
import { CrossOriginPage } from '../../clients/cross-origin-page.js';
import type { SuiteReport } from '../harness/suite-report.js';

/** Runs a check that throws unless it passes. */
async function check(report: SuiteReport, subject: string, name: string, run: () => Promise<void>): Promise<void> {
  const fail = (error: unknown) => [{ path: subject, expected: 'the check to pass', actual: String(error) }];
  report.add('client', subject, name, await run().then(() => [], fail));
}

/** Chats as agent-ui does. Its pages must look the same through the gateway and with AgentOS alone. */
export async function useAgentUi(gateway: string, agentOs: string, report: SuiteReport): Promise<void> {
  for (const mode of ['agent', 'team'] as const) {
    await check(report, 'agent-ui through nginx', `${mode}: a chat is streamed, listed, opened and deleted`, () =>
      chat(new CrossOriginPage(gateway), new CrossOriginPage(agentOs), mode),
    );
  }
}

async function chat(page: CrossOriginPage, direct: CrossOriginPage, mode: Mode): Promise<void> {
  const empty = await fillSidebar(page, mode);
  deepStrictEqual(empty, await fillSidebar(direct, mode));
  const { sessionId, content } = await sendMessage(page, empty, 'Hello');
  deepStrictEqual(content, 'You said: Hello');
  const messages = await openSession(page, empty, sessionId);
  deepStrictEqual(messages, ['Hello', 'You said: Hello']);
  deepStrictEqual(messages, await openSession(direct, empty, sessionId));
  const filled = await fillSidebar(page, mode);
  deepStrictEqual(filled, { ...empty, sessions: [{ id: sessionId, title: 'Hello' }, ...empty.sessions] });
  deepStrictEqual(filled, await fillSidebar(direct, mode));
  await deleteSession(page, filled, sessionId);
  deepStrictEqual(await fillSidebar(page, mode), empty);
  deepStrictEqual(await fillSidebar(direct, mode), empty);
}

/** Headers of one connection or server, and the length of a body, which is compared itself. */
const OWN_HEADERS = [
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server',
  'transfer-encoding',
  'x-request-id',
];

const JSON_BODY = { headers: { 'content-type': 'application/json' }, body: '{}' };

/** Requests for AgentOS besides those of its OpenAPI document. AgentOS responds to each always the same. */
const AGENTOS_REQUESTS: readonly (readonly [path: string, init?: RequestInit])[] = [
  ['/'],
  ['/docs'],
  ['/openapi.json'],
  ['/nope'],
  ['/agents/'],
  ['/agents%2Fagent-default'],
  ['/agents/agent-default/runs?session_id=agent-plain&x=%20%C3%BC'],
  ['/agents', { method: 'HEAD' }],
  ['/agents', { method: 'DELETE' }],
  ['/agents/agent-default/runs', { method: 'POST' }],
  ['/agents/nope/runs', { method: 'POST', body: new URLSearchParams({ message: 'x', stream: 'true' }) }],
  ['/agents', { headers: { origin: 'http://localhost:3000' } }],
  ['/agents', { headers: { origin: 'https://evil.example' } }],
  ['/agents', { method: 'OPTIONS', headers: preflightFrom('http://localhost:3000') }],
  ['/agents', { method: 'OPTIONS', headers: preflightFrom('https://evil.example') }],
  ['/knowledge/search', { method: 'POST', ...JSON_BODY }],
  ['/sessions/agent-plain/media/folder/picture.png'],
  ['/sessions/nope/media/picture.png?redirect=true', { headers: { origin: 'http://localhost:3000' } }],
  ['/sessions/agent-plain?delete_media=true', { method: 'DELETE' }],
  ['/sessions?type=agent&delete_media=true', { method: 'DELETE', ...JSON_BODY }],
];

function preflightFrom(origin: string): Record<string, string> {
  return { origin, 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'authorization' };
}

/** Compares responses of AgentOS through the gateway and without it: status, all headers but `OWN_HEADERS`, body. */
export async function compareAgentOsRoutes(gateway: string, agentOs: string, report: SuiteReport): Promise<void> {
  const document = (await (await fetch(`${agentOs}/openapi.json`)).json()) as { paths: Record<string, object> };
  const reads = Object.entries(document.paths)
    .filter(([path, methods]) => 'get' in methods && !path.startsWith('/sessions'))
    .map(([path]) => [path.replaceAll('{agent_id}', 'agent-default').replace(/\{\w+\}/g, 'nope')] as const);
  for (const [path, init] of [...reads, ...AGENTOS_REQUESTS]) {
    await check(report, 'AgentOS through nginx', `${init?.method ?? 'GET'} ${path}`, async () => {
      await responseOf(agentOs + path, init); // The first request of metrics computes them.
      const expected = await responseOf(agentOs + path, init);
      deepStrictEqual(await responseOf(gateway + path, init), expected);
    });
  }
}

async function responseOf(url: string, init: RequestInit | undefined) {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  const headers = [...response.headers].filter(([name]) => !OWN_HEADERS.includes(name));
  const body = (await response.text()).replace(/"search_time_ms":[\d.]+/, '"search_time_ms":0');
  return { status: response.status, headers, body };
}
