import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RequestOrSkip } from './mirror-request.js';
import { parseLogLine, readRequests, splitLines } from './read-requests.js';

const parsed = (line: string) => {
  const found = parseLogLine(line);
  return 'skipped' in found ? found.skipped : `${found.method} ${found.target}`;
};

describe('parseLogLine with the common or combined format', () => {
  it.each([
    ['127.0.0.1 - ann [10/Oct/2026:13:55:36 +0000] "GET /sessions?limit=5 HTTP/1.1" 200 2326', 'GET /sessions?limit=5'],
    ['::1 - - [x] "HEAD /health HTTP/2.0" 405 0 "https://x.test/a b" "Mozilla \\"5\\""', 'HEAD /health'],
    ['INFO:     127.0.0.1:5 - "GET /sessions/a%2Fb HTTP/1.1" 200 OK', 'GET /sessions/a%2Fb'],
    ['x "GET /sessions/\\xC3\\xBC\\x22 HTTP/1.1" 200', 'GET /sessions/%C3%BC"'],
    ['x "GET /sessions/a\\"b HTTP/1.1" 200', 'GET /sessions/a"b'],
    ['x "GET https://chat.test/sessions HTTP/1.1" 200', 'GET /sessions'],
    ['x "-" 400 0', 'no request could be read'],
    ['x "\\x16\\x03\\x01" 400 0', 'no request could be read'],
    ['started', 'no request could be read'],
  ])('returns the request in the line %s, or why it is skipped', (line, expected) =>
    expect(parsed(line)).toBe(expected),
  );
});

describe('parseLogLine with JSON', () => {
  it.each([
    [{ method: 'get', path: '/sessions', query: 'a=1' }, 'GET /sessions?a=1'],
    [{ request_method: 'GET', request_uri: '/sessions?a=1', args: 'a=1', uri: '/x' }, 'GET /sessions?a=1'],
    [{ request: 'GET /sessions/x HTTP/1.1', method: '' }, 'GET /sessions/x'],
    [{ request: { method: 'GET', uri: '/sessions', host: 'h' } }, 'GET /sessions'],
    [{ req: { method: 'GET', url: '/sessions/s' }, res: { statusCode: 200 } }, 'GET /sessions/s'],
    [{ RequestMethod: 'GET', RequestPath: '/sessions?x=%20' }, 'GET /sessions?x=%20'],
    [{ 'http.request.method': 'GET', 'url.path': '/sessions', 'url.query': 'a=1' }, 'GET /sessions?a=1'],
    [{ http: { request: { method: 'GET' } }, url: { original: 'https://h/sessions' } }, 'GET /sessions'],
    [{ httpRequest: { requestMethod: 'GET', requestUrl: 'https://h:1/sessions?b' } }, 'GET /sessions?b'],
    [{ method: 'GET', route: '/sessions' }, 'no request could be read'],
    [{ method: 5, url: null }, 'no request could be read'],
  ])('returns the request in the entry %j, or why it is skipped', (entry, expected) =>
    expect(parsed(JSON.stringify(entry))).toBe(expected),
  );

  it('skips invalid JSON', () => expect(parsed('{"method":"GET"')).toBe('no request could be read'));
});

describe('splitLines', () => {
  const read = async (chunks: string[], limit = 10) => {
    const lines: (string | undefined)[] = [];
    async function* source() {
      yield* chunks;
    }
    for await (const line of splitLines(source(), limit)) lines.push(line);
    return lines;
  };

  it('joins lines that span several chunks', async () => {
    expect(await read(['a\nb', 'c\r\n', '\n', 'd'])).toEqual(['a', 'bc', '', 'd']);
    expect(await read([])).toEqual([]);
  });

  it('yields undefined for a line longer than the limit, wherever chunks divide the line', async () => {
    const long = 'x'.repeat(11);
    expect(await read([`${long}\na\n`, 'xxxxxx', 'xxxxxx', 'x\nb', `\n${long}`])).toEqual([
      undefined,
      'a',
      undefined,
      'b',
      undefined,
    ]);
  });
});

describe('readRequests with a HAR file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agno-har-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = async (text: string) => {
    const file = join(folder, 'a.har');
    writeFileSync(file, text);
    const all: RequestOrSkip[] = [];
    for await (const found of readRequests([file])) all.push(found);
    return all;
  };

  it('yields each request with its body, its relevant headers and the id of a created session', async () => {
    const header = (name: string, value: string) => ({ name, value });
    const entries = [
      {
        request: {
          method: 'POST',
          url: 'https://h/sessions?type=agent#top',
          headers: [
            header('Authorization', 'Bearer t'),
            header('Sec-Fetch-Site', 'same-origin'),
            header('User-Agent', 'x'),
            header(':path', '/'),
          ],
          postData: { text: '{}' },
        },
        response: { content: { text: '{"session_id":"made"}' } },
      },
      { request: { method: 'GET', url: '/sessions' } },
      { request: { method: 'GET' } },
      null,
    ];
    expect(await read(JSON.stringify({ log: { entries } }))).toEqual([
      {
        method: 'POST',
        target: '/sessions?type=agent',
        headers: { authorization: 'Bearer t', 'sec-fetch-site': 'same-origin' },
        body: '{}',
        createdSession: 'made',
      },
      { method: 'GET', target: '/sessions', headers: {} },
      { skipped: 'no request could be read' },
      { skipped: 'no request could be read' },
    ]);
  });

  it.each(['', 'null', '{}', '{"log":{"entries":5}}'])(
    'rejects the invalid HAR %j with an error that names the file',
    async (text) => {
      await expect(read(text)).rejects.toThrow('a.har');
    },
  );
});
