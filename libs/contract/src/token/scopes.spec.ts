import { describe, expect, it } from 'vitest';
import { requiredScope } from './scopes.js';

describe('requiredScope', () => {
  it.each([
    ['GET', '/sessions', 'sessions:read'],
    ['GET', '/sessions/a/b/c', 'sessions:read'],
    ['POST', '/sessions', 'sessions:write'],
    ['POST', '/sessions/a/rename', 'sessions:write'],
    ['POST', '/sessions/a/b/rename', 'sessions:write'],
    ['POST', '/sessions//rename', 'sessions:write'],
    ['POST', '/sessions/a\nb/rename', 'sessions:write'],
    ['POST', '/sessions/a', undefined],
    ['POST', '/sessions/rename', undefined],
    ['PATCH', '/sessions/a', 'sessions:write'],
    ['PATCH', '/sessions', undefined],
    ['DELETE', '/sessions', 'sessions:delete'],
    ['DELETE', '/sessions/a/b', 'sessions:delete'],
    ['PUT', '/sessions/a', undefined],
    ['GET', '/metrics', 'metrics:read'],
    ['POST', '/metrics', undefined],
    ['HEAD', '/sessions', undefined],
    ['GET', '/sessionsx', undefined],
    ['GET', '//sessions', undefined],
    ['GET', '/', undefined],
  ])('returns for the request %s %j the required scope %s', (method, path, scope) => {
    expect(requiredScope(method, path)).toBe(scope);
  });
});
