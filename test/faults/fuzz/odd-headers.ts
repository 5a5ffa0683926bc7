import type { SeededRandom } from '../../support/dice.js';

// biome-ignore format: one value a line would be a long list
const CONTENT_TYPES = [
  ...['application/json; charset=latin-1', 'APPLICATION/JSON', 'application/merge-patch+json', 'text/plain', ''],
  ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json;', '\u00fc', '/', 'a/b;c="'],
];
const HEADERS: readonly ((dice: SeededRandom) => string)[] = [
  () => 'Content-Encoding: gzip',
  () => 'Expect: 100-continue',
  () => 'Expect: nonsense',
  () => 'Upgrade: websocket\r\nConnection: Upgrade',
  () => 'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__',
  () => 'Range: bytes=0-1',
  () => 'If-None-Match: *',
  () => 'Accept: text/html;q=0.1',
  () => 'X-HTTP-Method-Override: DELETE',
  () => 'Host: a\r\nHost: b',
  (dice) => `Origin: ${dice.pick(['null', 'http://localhost:3000', 'https://evil.example', 'x'.repeat(5_000)])}`,
  (dice) => `Access-Control-Request-Method: ${dice.pick(['GET', 'BREW', ''])}\r\nOrigin: x`,
  (dice) =>
    `Authorization: ${dice.pick(['Bearer x', 'Basic eDp5', 'Bearer', `Bearer ${'a.'.repeat(2_000)}`, '\u00fc'])}`,
  (dice) => `X-Request-ID: ${dice.pick(['ok', '../x', 'a b', 'x'.repeat(4_000), '\u00fc'])}`,
  (dice) => `X-Forwarded-For: ${dice.pick(['1.2.3.4', '::1, x', ',,,', 'x'.repeat(2_000)])}`,
  (dice) => `Cookie: ${dice.pick(['a=b', 'access_token=x', '=;=;', 'a='.repeat(1_000)])}`,
  (dice) => `X-${dice.below(99)}: ${'h'.repeat(dice.pick([1, 1_000, 9_000, 17_000]))}`,
];

/** Header lines that a client may add to any request. */
export function hostileHeaders(dice: SeededRandom): string[] {
  return dice.some(2, () => dice.pick(HEADERS)(dice));
}

/** The content type of a body: mostly the right one, now and then another or none. */
export function hostileContentType(dice: SeededRandom): string[] {
  if (dice.oneIn(20)) return [];
  return [`Content-Type: ${dice.oneIn(10) ? dice.pick(CONTENT_TYPES) : 'application/json'}`];
}
