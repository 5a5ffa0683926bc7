import { parseIfJson, stringAt } from './json-member.js';

/** A recorded or proxied request that is sent to the compared servers. */
export interface MirrorRequest {
  readonly method: string;
  /** Path and query with their original percent-encoding. */
  readonly target: string;
  /** Headers with their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Set for requests from logs, because logs do not contain bodies. */
  readonly isBodyUnknown?: true;
  /** Id of the session that the recorded request created; later recorded requests contain it. */
  readonly createdSession?: string;
}

/** Reason in reports why a recorded or proxied request is not compared. */
export type SkipReason =
  | 'no request could be read'
  | 'a line longer than 1 MiB'
  | 'not a path of this service'
  | 'media, If-Match or a merge patch'
  | 'neither GET nor HEAD'
  | 'a write without its body'
  | 'a GET with a body'
  | 'not sampled';

export type RequestOrSkip = MirrorRequest | { readonly skipped: SkipReason };

export function isSkipped(found: RequestOrSkip): found is { readonly skipped: SkipReason } {
  return 'skipped' in found;
}

/** True for methods that change nothing and may be repeated. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Defines which of the recorded requests are compared. */
export interface RequestSelection {
  /** Random fraction of the requests to select, from 0 to 1. */
  readonly sample: number;
  /**
   * Path prefix of a gateway; '' for none. It is removed from all targets, because the compared servers are reached
   * directly.
   */
  readonly prefix: string;
  /** True to select writes as well as reads. */
  readonly hasWrites: boolean;
}

/** Returns the request to send, or the reason why it is skipped. */
export function selectRequest(found: RequestOrSkip, { sample, prefix, hasWrites }: RequestSelection): RequestOrSkip {
  if (isSkipped(found)) return found;
  const target = found.target.startsWith(`${prefix}/`) ? found.target.slice(prefix.length) : '';
  if (routeOf(target) === undefined) return { skipped: 'not a path of this service' };
  if (!isSafe(found.method) && !hasWrites) return { skipped: 'neither GET nor HEAD' };
  if (found.isBodyUnknown === true && needsBody(found.method, target)) return { skipped: 'a write without its body' };
  if (differsOnPurpose(found, target)) return { skipped: 'media, If-Match or a merge patch' };
  if (sample < 1 && Math.random() >= sample) return { skipped: 'not sampled' };
  return { ...found, target, headers: withoutIfNoneMatch(found.headers) };
}

/** AgentOS ignores this header, with which this service may respond 304 (docs/parity.md). */
function withoutIfNoneMatch({ 'if-none-match': _, ...headers }: MirrorRequest['headers']): MirrorRequest['headers'] {
  return headers;
}

/** This service stores no media, and AgentOS ignores `If-Match` and merges no patches: see docs/parity.md. */
function differsOnPurpose({ method, headers }: MirrorRequest, target: string): boolean {
  if (routeOf(target) === MEDIA_ROUTE) return true;
  return !isSafe(method) && ('if-match' in headers || MERGE_PATCH_TYPE.test(headers['content-type'] ?? ''));
}

const MEDIA_ROUTE = '/sessions/{session_id}/media/{key}';
const MERGE_PATCH_TYPE = /^\s*application\/merge-patch\+json\s*(?:;|$)/i;

/** True for all writes except the deletion of a single session. */
function needsBody(method: string, target: string): boolean {
  return !isSafe(method) && !(method === 'DELETE' && routeOf(target) === '/sessions/{session_id}');
}

/** Path patterns of the routes of both servers, with their templates. The first match counts. */
const ROUTES: readonly [pattern: RegExp, template: string][] = [
  [/^\/sessions\/?$/, '/sessions'],
  [/^\/sessions\/[^/]+\/?$/, '/sessions/{session_id}'],
  [/^\/sessions\/[^/]+\/rename\/?$/, '/sessions/{session_id}/rename'],
  [/^\/sessions\/[^/]+\/runs\/?$/, '/sessions/{session_id}/runs'],
  [/^\/sessions\/[^/]+\/run-previews\/?$/, '/sessions/{session_id}/run-previews'],
  [/^\/sessions\/[^/]+\/runs\/[^/]+\/?$/, '/sessions/{session_id}/runs/{run_id}'],
  [/^\/sessions\/[^/]+\/media\//, MEDIA_ROUTE],
  [/^\/sessions\//, '/sessions/…'],
  [/^\/health$/, '/health'],
];

/** Path and query of a logged URL, without decoding or correction; undefined if the URL is invalid. */
export function parseTarget(url: string): string | undefined {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  const target = url.slice(origin.length).split('#', 1)[0] ?? '';
  const rooted = target.startsWith('/') ? target : origin === '' ? undefined : `/${target}`;
  return rooted === undefined || !/^[!-~]+$/.test(rooted) ? undefined : rooted;
}

/** The route template of a target; undefined for paths that the session service does not serve. */
export function routeOf(target: string): string | undefined {
  const path = target.split('?', 1)[0] ?? '';
  return ROUTES.find(([pattern]) => pattern.test(path))?.[1];
}

/** The session id in the JSON body of a response; undefined if there is none. */
export function parseSessionId(body = ''): string | undefined {
  return stringAt(parseIfJson(body), 'session_id');
}
