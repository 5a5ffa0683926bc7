import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { normalizeUrl } from './paths.js';

const normalize = (url: string) => normalizeUrl({ url, headers: {} } as IncomingMessage);

describe('normalizeUrl', () => {
  it.each([
    ['/sessions?limit=1#x', '/sessions?limit=1'],
    ['/sessions?limit=1#x?limit=2#y', '/sessions?limit=1'],
    ['/sessions?user_id=a%23b', '/sessions?user_id=a%23b'],
    ['/sessions/', '/sessions'],
    ['/sessions//?a=%2F', '/sessions?a=%2F'],
    ['///', '///'],
    ['/%73essions/a%2fb', '/sessions/a/b'],
    ['/sessions/a%20b%ff', '/sessions/a%20b%EF%BF%BD'],
    ['/sessions#x', '/sessions'],
    ['/sessions/#x', '/sessions'],
    ['/sessions/a%23b#/runs?a=1', '/sessions/a%23b'],
    ['/#', '/'],
    ['http://elsewhere/sessions', '/sessions'],
    ['HTTPS://elsewhere:1/sessions/?a=1', '/sessions?a=1'],
    ['http:///sessions', '/sessions'],
    ['http://elsewhere', '/'],
    ['http://elsewhere?a=1', '/?a=1'],
    ['http://elsewhere#x/sessions', '/'],
    ['http://elsewhere/sessions?a=1#x', '/sessions?a=1'],
    ['http://elsewhere//sessions', '//sessions'],
    ['*', '/*'],
  ])('rewrites the request target %s to %s', (url, normalized) => {
    expect(normalize(url)).toBe(normalized);
  });

  it('takes linear time for a path of 200,000 slashes', () => {
    expect(normalize(`/${'/'.repeat(200_000)}a/`)).toHaveLength(200_002);
  });
});
