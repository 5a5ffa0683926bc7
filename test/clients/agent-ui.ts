import type { CrossOriginPage } from './cross-origin-page.js';

/*
 * The requests of github.com/agno-agi/agent-ui at c084377, in their order, as recorded in Chromium, and the members of
 * the responses that it reads. README.md describes the recording.
 */

/** Agents or teams: the sidebar shows either. */
export type Mode = 'agent' | 'team';

/** The first agent or team, which agent-ui selects, and its sessions as in the sidebar. */
export interface Sidebar {
  readonly mode: Mode;
  readonly dbId: string;
  /** Names of all agents or teams, then the id of the first one. */
  readonly names: readonly string[];
  readonly componentId: string;
  readonly sessions: readonly { readonly id: string; readonly title: string }[];
}

/** An endpoint was entered, or the page was reloaded. */
export async function fillSidebar(page: CrossOriginPage, mode: Mode): Promise<Sidebar> {
  await page.send({ path: '/health' });
  const teams = await list(page, '/teams');
  const agents = await list(page, '/agents');
  const components = mode === 'team' ? teams : agents;
  const names = components.map((component) => text(component, 'name'));
  const componentId = text(components[0], 'id');
  const dbId = text(components[0], 'db_id');
  const response = await page.send({ path: `/sessions?type=${mode}&component_id=${componentId}&db_id=${dbId}` });
  const { data } = (await response.json()) as { data?: unknown };
  const sessions = items(data, 'data').map((session) => ({
    id: text(session, 'session_id'),
    title: text(session, 'session_name'),
  }));
  return { mode, dbId, names, componentId, sessions };
}

/** A session was selected. Returns the messages of the chat area. */
export async function openSession(page: CrossOriginPage, { mode, dbId }: Sidebar, id: string): Promise<string[]> {
  const runs = await list(page, `/sessions/${id}/runs?type=${mode}&db_id=${dbId}`);
  return runs.flatMap((run) => [text(run, 'run_input'), text(run, 'content')]);
}

/** A message was sent. Returns the id of the session and the streamed text. */
export async function sendMessage(
  page: CrossOriginPage,
  { mode, componentId }: Sidebar,
  message: string,
  sessionId = '',
): Promise<{ readonly sessionId: string; readonly content: string }> {
  const response = await page.send({
    method: 'POST',
    path: `/${mode}s/${componentId}/runs`,
    form: { message, stream: 'true', session_id: sessionId },
  });
  const events = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
  const content = events.filter((event) => /^(?:Team)?RunContent$/.test(event.event)).map((event) => event.content);
  return { sessionId: text(events[0], 'session_id'), content: content.join('') };
}

/** The deletion of a session was confirmed. */
export async function deleteSession(page: CrossOriginPage, { dbId }: Sidebar, id: string): Promise<void> {
  await page.send({ method: 'DELETE', path: `/sessions/${id}?db_id=${dbId}` });
}

async function list(page: CrossOriginPage, path: string): Promise<readonly unknown[]> {
  return items(await (await page.send({ path })).json(), path);
}

function items(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${name} is no list: ${JSON.stringify(value)}`);
  return value;
}

function text(value: unknown, member: string): string {
  const found = (value as Record<string, unknown> | undefined)?.[member];
  if (typeof found !== 'string') throw new Error(`${member} is no string in ${JSON.stringify(value)}`);
  return found;
}
