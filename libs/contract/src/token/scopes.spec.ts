import { describe, expect, it } from 'vitest';
import { readableComponents } from './component-scopes.js';
import { ADMIN_SCOPE, grants, requiredScope } from './scopes.js';

describe('requiredScope', () => {
  it.each([
    ['GET', '/sessions', 'sessions:read'],
    ['GET', '/sessions/a/messages', 'sessions:read'],
    ['GET', '/sessions/a/b/c', 'sessions:read'],
    ['POST', '/sessions', 'sessions:write'],
    ['POST', '/sessions/a/rename', 'sessions:write'],
    ['POST', '/sessions/a/b/rename', 'sessions:write'],
    ['POST', '/sessions//rename', 'sessions:write'],
    ['POST', '/sessions/a\nb/rename', 'sessions:write'],
    ['POST', '/sessions/search', 'sessions:read'],
    ['POST', '/sessions/search/rename', 'sessions:write'],
    ['POST', '/sessions/search/a', undefined],
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
    ['GET', '/usage/sessions', 'sessions:read'],
    ['GET', '/usage', 'sessions:read'],
    ['GET', '/usage/a/b', 'sessions:read'],
    ['POST', '/usage/sessions', undefined],
    ['GET', '/usagex', undefined],
    ['GET', '/config', 'config:read'],
    ['POST', '/config', undefined],
    ['GET', '/agents', 'agents:read'],
    ['POST', '/teams', 'teams:write'],
    ['HEAD', '/workflows', undefined],
    ['GET', '/info', undefined],
    ['GET', '/agents/a', undefined],
  ])('returns for the request %s %j the required scope %s', (method, path, scope) => {
    expect(requiredScope(method, path, true)).toBe(scope);
  });
});

it('has no scopes for the routes that do not exist without AGNO_STANDALONE', () => {
  for (const path of ['/config', '/agents']) expect(requiredScope('GET', path, false)).toBe(undefined);
});

describe('the scopes of components', () => {
  it.each([
    [['agents:read'], 'all'],
    [['agents:*:read'], 'all'],
    [['agents::read'], 'all'],
    [[ADMIN_SCOPE], 'all'],
    [
      ['agents:a:read', 'agents:b:read', 'teams:c:read', 'agents:d:run'],
      ['a', 'b'],
    ],
    [['agents:a:read', 'agents:read'], 'all'],
    [['agents', 'read', 'agents:a:b:read', 'Agents:read', 'agents:READ', '*', '*:read'], []],
  ] as const)('%j show the agents %j', (scopes, shown) => {
    const { agents } = readableComponents(scopes, ADMIN_SCOPE);
    expect(agents === 'all' ? agents : [...agents]).toEqual(shown);
    expect(grants(scopes, 'agents:read', ADMIN_SCOPE)).toBe(shown.length > 0);
  });
});
