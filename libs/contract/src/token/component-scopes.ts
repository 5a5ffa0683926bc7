/** The resources that a list route shows, with the scopes of AgentOS: `agents:read`, `agents:<id>:read`. */
export type ComponentResource = 'agents' | 'teams' | 'workflows';

/** Ids of the components that a caller's scopes show, by resource; `all`: no restriction. */
export type ReadableComponents = Readonly<Record<ComponentResource, ReadonlySet<string> | 'all'>>;

export const ALL_COMPONENTS: ReadableComponents = { agents: 'all', teams: 'all', workflows: 'all' };

/**
 * The routes that AgentOS has besides those of sessions and that are served without an AgentOS (AGNO_STANDALONE), with the
 * resource of their scopes; `open`: no token is needed.
 */
export const STANDALONE_ROUTES: ReadonlyMap<string, ComponentResource | 'config' | 'open'> = new Map([
  ['/config', 'config'],
  ['/agents', 'agents'],
  ['/teams', 'teams'],
  ['/workflows', 'workflows'],
  ['/info', 'open'],
]);

export type StandaloneScope = 'config:read' | `${ComponentResource}:${'read' | 'write'}`;

/** The scope that a request to a stand-alone route needs, if any. AgentOS creates components by POST, this service does not. */
export function standaloneScope(method: string, path: string): StandaloneScope | undefined {
  const resource = STANDALONE_ROUTES.get(path);
  if (resource === undefined || resource === 'open') return undefined;
  if (method === 'GET') return `${resource}:read`;
  return method === 'POST' && resource !== 'config' ? `${resource}:write` : undefined;
}

/** Reads from scopes which components a caller may see. */
export function readableComponents(scopes: readonly string[], adminScope: string): ReadableComponents {
  if (scopes.includes(adminScope)) return ALL_COMPONENTS;
  const idsOf = (resource: ComponentResource) => readableIds(scopes, resource);
  return { agents: idsOf('agents'), teams: idsOf('teams'), workflows: idsOf('workflows') };
}

/** True if the scopes show at least one component of the resource. */
export function hasReadable(scopes: readonly string[], resource: ComponentResource): boolean {
  const ids = readableIds(scopes, resource);
  return ids === 'all' || ids.size > 0;
}

function readableIds(scopes: readonly string[], resource: ComponentResource): ReadonlySet<string> | 'all' {
  const ids = scopes.flatMap((scope) => {
    const parts = scope.split(':');
    if (parts[0] !== resource || parts.at(-1) !== 'read' || parts.length > 3) return [];
    return [parts.length === 2 ? '*' : (parts[1] ?? '')];
  });
  return ids.includes('*') || ids.includes('') ? 'all' : new Set(ids);
}
