import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { curlCommand, sessionPath } from './session-path.js';

describe('sessionPath', () => {
  it('encodes ids and values, and leaves out values that are undefined', () => {
    const values = { db_id: undefined, cursor: '', name: "a&b 'c'" };
    expect(sessionPath("b%?'", ['runs', 'ü #'], values)).toBe(
      '/sessions/b%25%3F%27/runs/%C3%BC%20%23?cursor=&name=a%26b+%27c%27',
    );
    expect(sessionPath('a/b', ['runs'], { cursor: '' })).toBe('/sessions/-/runs?id=a%2Fb&cursor=');
    expect(sessionPath('a', [], {})).toBe('/sessions/a');
  });
});

describe('curlCommand', () => {
  beforeAll(() => void vi.stubGlobal('location', { origin: 'https://example.com' }));
  afterAll(() => void vi.unstubAllGlobals());

  it('quotes the URL for a shell, whatever the id', () => {
    const path = sessionPath("'; rm -rf $HOME `x` \\", [], {});
    expect(curlCommand(path, false)).toBe(
      "curl -s 'https://example.com/sessions/%27%3B%20rm%20-rf%20%24HOME%20%60x%60%20%5C'",
    );
  });

  it('names a variable in place of the token', () => {
    expect(curlCommand('/sessions/a', true)).toBe(
      `curl -s 'https://example.com/sessions/a' -H "Authorization: Bearer $TOKEN"`,
    );
  });
});
