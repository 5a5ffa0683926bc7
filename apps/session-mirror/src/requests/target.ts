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
