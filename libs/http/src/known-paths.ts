/** Every path of the service and the method that `Allow` names for it: AgentOS names only the first route's. */
const KNOWN_PATHS: readonly [pattern: RegExp, allow: string][] = [
  [/^\/sessions(\/[^/]+)?$/, 'GET'],
  [/^\/sessions\/[^/]+\/rename$/, 'POST'],
  [/^\/sessions\/[^/]+\/(runs|run-previews)$/, 'GET'],
  [/^\/sessions\/[^/]+\/runs\/[^/]+$/, 'GET'],
  [/^\/(health|healthz|livez|readyz|metrics|openapi\.json|docs)$/, 'GET'],
];

/** The `Allow` header of a path that exists but not for the method asked; undefined when there is no such path. */
export function allowedMethod(url: string): string | undefined {
  const path = url.split('?', 1)[0] ?? '';
  return KNOWN_PATHS.find(([pattern]) => pattern.test(path))?.[1];
}
