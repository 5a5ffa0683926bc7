import type { SeededRandom } from '../../support/seeded-random.js';
import { hostileBody } from './hostile-bodies.js';
import { hostileQuery, hostileString, STORED_IDS } from './hostile-strings.js';

/** One request as bytes, and what the client has to know to read its answer. */
export interface HostileRequest {
  readonly bytes: Buffer;
  readonly hasBody: boolean;
  /** Breaks the rules of HTTP: it is sent on a connection of its own, which may end without an answer. */
  readonly isMalformed: boolean;
  /** Asks for media to be deleted, which the contract answers with 503. */
  readonly wantsMedia: boolean;
}

type Route = readonly [method: string, path: string];

const ROUTES: readonly Route[] = [
  ['GET', '/sessions'],
  ['POST', '/sessions'],
  ['DELETE', '/sessions'],
  ['GET', '/sessions/:id'],
  ['PATCH', '/sessions/:id'],
  ['DELETE', '/sessions/:id'],
  ['POST', '/sessions/:id/rename'],
  ['GET', '/sessions/:id/runs'],
  ['GET', '/sessions/:id/run-previews'],
  ['GET', '/sessions/:id/runs/:run'],
];
const METHODS = 'GET POST PATCH DELETE HEAD PUT OPTIONS TRACE QUERY PROPFIND LOCK MKCOL'.split(' ');

/** A request by chance. */
export function hostileRequest(dice: SeededRandom): HostileRequest {
  if (dice.oneIn(25)) return { bytes: malformedRequest(dice), hasBody: true, isMalformed: true, wantsMedia: false };
  const [method, route] = dice.oneIn(15) ? oddRoute(dice) : dice.pick(ROUTES);
  const path = oddPath(dice, route) + hostileQuery(dice);
  const headers = ['Host: x', ...hostileHeaders(dice)];
  const body = method === 'GET' && !dice.oneIn(10) ? Buffer.alloc(0) : hostileBody(dice);
  if (body.length > 0) headers.push(...hostileContentType(dice));
  const isChunked = body.length > 0 && dice.oneIn(12);
  headers.push(isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`);
  const head = `${method} ${wirePath(path)} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`;
  return {
    bytes: Buffer.concat([Buffer.from(head), isChunked ? chunked(body) : body]),
    hasBody: method !== 'HEAD',
    isMalformed: false,
    wantsMedia: /delete_media/i.test(path),
  };
}

/** A method that the route does not have, or a path that is no route's. */
function oddRoute(dice: SeededRandom): Route {
  const path = dice.pick([...ROUTES.map(([, path]) => path), '/', '//', '/healthz', '/docs', '/openapi.json', '*']);
  return [dice.pick(METHODS), path];
}

function oddPath(dice: SeededRandom, route: string): string {
  const id = dice.oneIn(3) ? hostileString(dice) : encodeURIComponent(dice.pick(STORED_IDS));
  const run = dice.oneIn(2) ? hostileString(dice) : `run-${dice.below(2)}-${id}`;
  const path = route.replace(':id', () => id).replace(':run', () => run);
  return dice.oneIn(30) ? path + dice.pick(['/', '//', '/x', '%00', ';x', '#x', '/..', '%2f']) : path;
}

/** Blanks and line ends would end the request line; other bytes, allowed or not, are sent as they are. */
function wirePath(path: string): string {
  return path.replace(/[ \r\n]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function chunked(body: Buffer): Buffer {
  const middle = body.length >> 1;
  const chunks = [body.subarray(0, middle), body.subarray(middle)].filter(({ length }) => length > 0);
  const framed = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')]);
}

const END = '\r\n\r\n';
const JSON_BODY = '{"session_name":"smuggled"}';

/** Bytes that break the rules of HTTP/1.1, each complete, so that a server has no reason to wait for more. */
const WIRES: readonly ((dice: SeededRandom) => string)[] = [
  () => `GET /sessions HTTP/1.1\r\nHost: x\r\nno colon here${END}`,
  () => `GET /sessions HTTP/1.1\r\nHost: x\r\nA\u0000b: 1${END}`,
  () => `GET /sessions HTTP/1.1\r\nHost: x\r\nA: 1\u0000${END}`,
  () => `GET /sessions HTTP/1.1\r\nHost: x\r\nA: 1\r\n folded${END}`,
  () => `GET /sessions HTTP/1.1\r\nHost: x\r\n: nameless${END}`,
  () => `GET /sessions HTTP/1.1\r\nHost : x${END}`,
  () => `GET /sessions HTTP/1.1${END}`,
  () => `GET /sessions HTTP/9.9\r\nHost: x${END}`,
  () => `GET /sessions HTTP/1.0${END}`,
  () => `GET /sessions${END}`,
  () => `GET  /sessions  HTTP/1.1\r\nHost: x${END}`,
  () => `GET /sessions?a b HTTP/1.1\r\nHost: x${END}`,
  () => `GET http://elsewhere/sessions HTTP/1.1\r\nHost: x${END}`,
  () => `GET \\sessions HTTP/1.1\r\nHost: x${END}`,
  () => `get /sessions HTTP/1.1\r\nHost: x${END}`,
  () => `BREW /sessions HTTP/1.1\r\nHost: x${END}`,
  () => `CONNECT /sessions HTTP/1.1\r\nHost: x${END}`,
  () => `CONNECT elsewhere:443 HTTP/1.1\r\nHost: x${END}`,
  () => `PRI * HTTP/2.0${END}SM${END}`,
  () => `\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003${END}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1${END}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3${END}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999${END}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3${END}{}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked${END}0${END}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip${END}{}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked${END}zz\r\n{}\r\n0${END}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked${END}ffffffffffffffffff\r\n{}\r\n0${END}`,
  () => `POST /sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity${END}0${END}`,
  () =>
    `POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 0${END}PATCH /sessions/kept-0 HTTP/1.1\r\n\r\n${JSON_BODY}`,
  (dice) => `GET /${'a'.repeat(dice.pick([9_000, 17_000, 70_000]))} HTTP/1.1\r\nHost: x${END}`,
  (dice) => `GET /sessions HTTP/1.1\r\n${'X: y\r\n'.repeat(dice.pick([900, 2_100, 9_000]))}${END}`,
  (dice) => `${String.fromCharCode(...Array.from({ length: 1 + dice.below(80) }, () => dice.below(256)))}${END}`,
];

export function malformedRequest(dice: SeededRandom): Buffer {
  return Buffer.from(dice.pick(WIRES)(dice), 'latin1');
}

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
