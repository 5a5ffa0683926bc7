import { itemsOf, kindOf, type RawJson, stringOf } from '@session-service/json';

/** The scope that has all others, unless the operator names another. */
export const ADMIN_SCOPE = 'agent_os:admin';

/** What a session route asks for. */
export type SessionScope = 'sessions:read' | 'sessions:write' | 'sessions:delete';

/**
 * The scope that a request needs; undefined: none. Everything below `/sessions/` is covered, whether or not there is such a
 * route, so that a caller without the scope learns nothing of what exists.
 *
 * @param path decoded, without a slash at the end
 */
export function requiredScope(method: string, path: string): SessionScope | undefined {
  const isList = path === '/sessions';
  const isBelow = path.startsWith('/sessions/');
  if (!isList && !isBelow) return undefined;
  switch (method) {
    case 'GET':
      return 'sessions:read';
    case 'DELETE':
      return 'sessions:delete';
    case 'PATCH':
      return isBelow ? 'sessions:write' : undefined;
    case 'POST':
      return isList || RENAME.test(path) ? 'sessions:write' : undefined;
    default:
      return undefined;
  }
}

/** As AgentOS matches POST /sessions/{anything}/rename: the star also stands for slashes, and for nothing. */
const RENAME = /^\/sessions\/.*\/rename$/s;

/**
 * The scopes of a claim: a list, or one string (never several separated by spaces); anything else holds none. A list with
 * an item that is no string is worth nothing as a whole.
 */
export function scopesOf(claim: RawJson | undefined): readonly string[] {
  if (claim === undefined) return [];
  const items = kindOf(claim) === 'array' ? [...itemsOf(claim)] : [claim];
  const scopes = items.map(stringOf);
  return scopes.every((scope) => scope !== undefined) ? scopes : [];
}

/** The scopes of a stored list. */
export function scopesIn(stored: RawJson): readonly string[] {
  return scopesOf(stored);
}

/** `sessions:read` is granted by itself, by `sessions:*:read`, and by the admin scope; never by one id. */
export function grants(scopes: readonly string[], required: SessionScope, adminScope: string): boolean {
  const [resource, action] = required.split(':');
  const everyId = `${resource}:*:${action}`;
  const noId = `${resource}::${action}`;
  return scopes.some((scope) => [required, everyId, noId, adminScope].includes(scope));
}
