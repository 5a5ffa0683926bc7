/** A request as it was made once, to be made again. */
export interface MirrorRequest {
  readonly method: string;
  /** Path and query, percent-encoded as they were. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A log does not tell whether there was a body. */
  readonly isBodyUnknown?: true;
  /** The session that this request created when it was recorded, which later requests name. */
  readonly createdSession?: string;
}

/** Why something in a source is not asked. */
export type SkipReason =
  | 'no request could be read'
  | 'a line beyond 1 MiB'
  | 'not a path of this service'
  | 'neither GET nor HEAD'
  | 'a write without its body'
  | 'a GET with a body'
  | 'not sampled';

export type RequestOrSkip = MirrorRequest | { readonly skipped: SkipReason };

export function isSkipped(found: RequestOrSkip): found is { readonly skipped: SkipReason } {
  return 'skipped' in found;
}

/** Methods that change nothing, and may be repeated at will. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Which of the requests that were found are asked. */
export interface RequestSelection {
  /** Share of the requests that are asked, 0 to 1, by chance. */
  readonly sample: number;
  /** A path that all targets start with and that neither server knows; '' for none. */
  readonly prefix: string;
  /** Also requests that write. */
  readonly hasWrites: boolean;
}

/** The request as it is to be asked, or why it is not. */
export function selectRequest(found: RequestOrSkip, { sample, prefix, hasWrites }: RequestSelection): RequestOrSkip {
  if (isSkipped(found)) return found;
  const target = prefix === '' ? found.target : stripPrefix(found.target, prefix);
  if (target === undefined || routeOf(target) === undefined) return { skipped: 'not a path of this service' };
  if (!isSafe(found.method) && !hasWrites) return { skipped: 'neither GET nor HEAD' };
  if (found.isBodyUnknown === true && needsBody(found.method, target)) return { skipped: 'a write without its body' };
  if (sample < 1 && Math.random() >= sample) return { skipped: 'not sampled' };
  return { ...found, target };
}

/** Of the writes only the deletion of one session is whole without a body. */
function needsBody(method: string, target: string): boolean {
  return !isSafe(method) && !(method === 'DELETE' && routeOf(target) === '/sessions/{session_id}');
}

/** The routes that both servers have, as templates. */
const ROUTES: readonly [pattern: RegExp, template: string][] = [
  [/^\/sessions\/?$/, '/sessions'],
  [/^\/sessions\/[^/]+\/?$/, '/sessions/{session_id}'],
  [/^\/sessions\/[^/]+\/rename\/?$/, '/sessions/{session_id}/rename'],
  [/^\/sessions\/[^/]+\/runs\/?$/, '/sessions/{session_id}/runs'],
  [/^\/sessions\/[^/]+\/run-previews\/?$/, '/sessions/{session_id}/run-previews'],
  [/^\/sessions\/[^/]+\/runs\/[^/]+\/?$/, '/sessions/{session_id}/runs/{run_id}'],
  [/^\/sessions\//, '/sessions/…'],
  [/^\/health$/, '/health'],
];

/** Path and query of what a log calls a URL; undefined for what is none. Nothing is decoded or corrected. */
export function parseTarget(url: string): string | undefined {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  const target = url.slice(origin.length).split('#', 1)[0] ?? '';
  const rooted = target.startsWith('/') ? target : origin === '' ? undefined : `/${target}`;
  return rooted === undefined || !/^[!-~]+$/.test(rooted) ? undefined : rooted;
}

/** The target below a prefix that a gateway takes away; undefined when it is not below it. */
export function stripPrefix(target: string, prefix: string): string | undefined {
  return target.startsWith(`${prefix}/`) ? target.slice(prefix.length) : undefined;
}

/** The template of the route that a target is on; undefined for paths that are not this service's. */
export function routeOf(target: string): string | undefined {
  const path = target.split('?', 1)[0] ?? '';
  return ROUTES.find(([pattern]) => pattern.test(path))?.[1];
}

/** The query of a target. Of a repeated parameter the last value counts, as in AgentOS. */
export function queryParameters(target: string): ReadonlyMap<string, string> {
  const mark = target.indexOf('?');
  return new Map(new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)));
}
