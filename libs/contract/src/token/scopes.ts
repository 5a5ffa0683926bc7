import { itemsOf, kindOf, type RawJson, stringOf } from '@session-service/json';
import { type ComponentResource, hasReadable, type StandaloneScope, standaloneScope } from './component-scopes.js';

/** The scope that implies all others, unless the operator configures a different admin scope. */
export const ADMIN_SCOPE = 'agent_os:admin';

type RequiredScope = 'sessions:read' | 'sessions:write' | 'sessions:delete' | 'metrics:read' | StandaloneScope;

/**
 * The scope that a request needs, if any. Covers every path below `/sessions/` and `/usage/`, even paths without a route, so that a
 * caller without the scope cannot find out what exists.
 *
 * @param path percent-decoded, without a trailing slash
 * @param isStandalone true if the routes of AGNO_STANDALONE exist
 */
export function requiredScope(method: string, path: string, isStandalone: boolean): RequiredScope | undefined {
  if (path === '/metrics') return method === 'GET' ? 'metrics:read' : undefined;
  if (path === '/usage' || path.startsWith('/usage/')) return method === 'GET' ? 'sessions:read' : undefined;
  const isList = path === '/sessions';
  const isBelow = path.startsWith('/sessions/');
  if (!isList && !isBelow) return isStandalone ? standaloneScope(method, path) : undefined;
  switch (method) {
    case 'GET':
      return 'sessions:read';
    case 'DELETE':
      return 'sessions:delete';
    case 'PATCH':
      return isBelow ? 'sessions:write' : undefined;
    case 'POST':
      if (path === '/sessions/search') return 'sessions:read';
      return isList || RENAME.test(path) ? 'sessions:write' : undefined;
    default:
      return undefined;
  }
}

/** AgentOS matches `/sessions/{any}/rename`, where `{any}` also matches slashes and the empty string. */
const RENAME = /^\/sessions\/.*\/rename$/s;

/**
 * The scopes in a claim or a stored account: a list of strings, or a single string, which is not split at spaces. Any
 * other value, including a list with an item that is not a string, grants no scope.
 */
export function scopesOf(claim: RawJson | undefined): readonly string[] {
  if (claim === undefined) return [];
  const items = kindOf(claim) === 'array' ? [...itemsOf(claim)] : [claim];
  const scopes = items.map(stringOf);
  return scopes.every((scope) => scope !== undefined) ? scopes : [];
}

/**
 * True when a scope grants the required scope. `sessions:read` is granted by itself, `sessions:*:read`,
 * `sessions::read` and the admin scope, but not by `sessions:<id>:read`. A list of components is also granted by the scope
 * of one component: it then shows no other.
 */
export function grants(scopes: readonly string[], required: RequiredScope, adminScope: string): boolean {
  const [resource = '', action = ''] = required.split(':');
  const granting = [adminScope, ...spellings(resource, action)];
  // The name of the resource `config` in earlier versions of AgentOS.
  if (resource === 'config') granting.push(...spellings('system', action));
  if (scopes.some((scope) => granting.includes(scope))) return true;
  const listed = LISTED_BY.get(required);
  return listed !== undefined && hasReadable(scopes, listed);
}

/** The scopes for all items of a resource. */
function spellings(resource: string, action: string): string[] {
  return [`${resource}:${action}`, `${resource}:*:${action}`, `${resource}::${action}`];
}

const LISTED_BY: ReadonlyMap<RequiredScope, ComponentResource> = new Map([
  ['agents:read', 'agents'],
  ['teams:read', 'teams'],
  ['workflows:read', 'workflows'],
]);
