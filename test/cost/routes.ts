import type { CostRequest } from './cost-request.js';
import { type BodyRoute, runId, type SessionValue } from './shapes/index.js';

/** A request and its name in the report. */
export interface CostRoute {
  readonly name: string;
  readonly request: CostRequest;
}

const path = (id: string) => `/sessions/${id}`;

/** The request that creates a session with this value. */
export function creation(id: string, value: SessionValue): CostRoute {
  const { type = 'agent', runs } = value;
  const members = [
    `"session_id":"${id}"`,
    `"${type}_id":"${type.slice(0, 1)}"`,
    ...changedMembers(value),
    ...(runs === undefined ? [] : [`"runs":[${runs.join(',')}]`]),
  ];
  const body = Buffer.from(`{${members.join(',')}}`);
  return { name: 'POST', request: { method: 'POST', path: `/sessions?type=${type}`, body } };
}

/** PATCH and rename requests that set the members which each of them can change to those of `value`, or merge them. */
export function changes(id: string, value: SessionValue): readonly CostRoute[] {
  const { state, metadata } = value;
  const members = changedMembers(value);
  const change = Buffer.from(`{${members.join(',')}}`);
  const name = Buffer.from(`{"session_name":${value.name}}`);
  return [
    ...(members.length === 0 ? [] : [{ name: 'PATCH', request: { method: 'PATCH', path: path(id), body: change } }]),
    ...(state === undefined && metadata === undefined ? [] : [merge(id, change)]),
    ...(value.name === undefined
      ? []
      : [{ name: 'rename', request: { method: 'POST', path: `${path(id)}/rename`, body: name } }]),
  ];
}

/** The request that merges `body` with the session. */
function merge(id: string, body: Buffer): CostRoute {
  const contentType = 'application/merge-patch+json';
  return { name: 'merge', request: { method: 'PATCH', path: path(id), body, contentType } };
}

function changedMembers({ name, state, metadata, summary }: SessionValue): readonly string[] {
  const members = { session_name: name, session_state: state, metadata, summary };
  return Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [`"${key}":${value}`]));
}

/** Requests to every route that reads a stored session. */
export function reads(id: string, { copies = 1 }: SessionValue): readonly CostRoute[] {
  return [
    get('list', `?limit=${Math.max(20, copies)}`),
    get('detail', `/${id}`),
    get('detail without history', `/${id}?chat_history=false`),
    get('editable', `/${id}?view=editable`),
    get('runs', `/${id}/runs`),
    get('previews', `/${id}/run-previews`),
    get('run', `/${id}/runs/${runId(0)}`),
    get('messages', `/${id}/messages?limit=1000`),
    ...['', '/runs', '/run-previews', `/runs/${runId(0)}`].map((suffix, index) =>
      conditional(`conditional ${['detail', 'runs', 'previews', 'run'][index]}`, `/${id}${suffix}`),
    ),
  ];
}

/** The requests of `reads` with query parameters. They read the same rows but build different responses. */
export function variants(
  id: string,
  { type = 'agent' }: SessionValue,
  queries: readonly string[] = [],
): readonly CostRoute[] {
  const otherTypes = ['agent', 'team', 'workflow'].filter((other) => other !== type);
  return [
    ...queries.map((query, index) => get(`list, filter ${index + 1}`, `?${query}`)),
    ...otherTypes.map((other) => get(`detail of type ${other}`, `/${id}?type=${other}`)),
    ...otherTypes.map((other) => get(`runs of type ${other}`, `/${id}/runs?type=${other}`)),
    get('list, cursor', '?cursor=&count=none&created_after=0&metadata.a=1'),
    search('{"op":"EQ","key":"metadata.a","value":1}'),
    get('page of runs', `/${id}/runs?page=1&limit=1000`),
    get('page of runs, cursor', `/${id}/runs?cursor=&order=desc&limit=1000&top_level=true&status=completed`),
    get('page of previews', `/${id}/run-previews?cursor=&parent_run_id=none`),
    ...['agno', 'ai-sdk', 'ag-ui'].map((format) =>
      get(`messages, ${format}`, `/${id}/messages?limit=1000&include=tools,members,reasoning&format=${format}`),
    ),
    get('filtered runs', `/${id}/runs?status=completed&created_after=1&created_before=2000000000`),
  ];
}

function get(name: string, suffix: string): CostRoute {
  return { name, request: { method: 'GET', path: `/sessions${suffix}` } };
}

/** A read with an ETag that does not match: reads the version, then the response with its version. */
function conditional(name: string, suffix: string): CostRoute {
  const ifNoneMatch = `"${'x'.repeat(43)}"`;
  return { name, request: { method: 'GET', path: `/sessions${suffix}`, ifNoneMatch } };
}

/** Searches with every operator that reads a stored name, state or metadata. */
function search(filter: string): CostRoute {
  const key = (name: string, op: string) => `{"op":"${op}","key":"${name}","value":"x"}`;
  const others = [key('session_name', 'CONTAINS'), key('session_data.session_state.a', 'GT'), key('metadata.a', 'NEQ')];
  const body = Buffer.from(`{"limit":1,"filter":{"op":"OR","conditions":[${[filter, ...others].join(',')}]}}`);
  return { name: 'search', request: { method: 'POST', path: '/sessions/search', body } };
}

/** The request that sends `body` to `route`. PATCH and rename change session `id`. */
export function bodyRoute(route: BodyRoute, id: string, body: Buffer, contentType: string | undefined): CostRoute {
  const sent = { body, ...(contentType && { contentType }) };
  switch (route) {
    case 'POST':
      return { name: route, request: { method: 'POST', path: '/sessions', ...sent } };
    case 'PATCH':
      return { name: route, request: { method: 'PATCH', path: path(id), ...sent } };
    case 'merge':
      return merge(id, body);
    case 'rename':
      return { name: route, request: { method: 'POST', path: `${path(id)}/rename`, ...sent } };
    case 'search':
      return { name: route, request: { method: 'POST', path: '/sessions/search?limit=1', ...sent } };
    case 'DELETE':
      return { name: route, request: { method: 'DELETE', path: '/sessions', ...sent } };
  }
}

/** The request that deletes the session of a shape by the bulk delete route. */
export function deletion(id: string): CostRoute {
  const body = Buffer.from(JSON.stringify({ session_ids: [id], session_types: ['agent'] }));
  return { name: 'DELETE', request: { method: 'DELETE', path: '/sessions', body } };
}
