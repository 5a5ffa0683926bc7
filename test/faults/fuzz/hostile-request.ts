import type { SeededRandom } from '../../support/seeded-random.js';
import { hostileBody } from './hostile-bodies.js';
import { hostileQuery, hostileString, STORED_IDS } from './hostile-strings.js';

/** A request as bytes, with the properties that decide how its response is read and checked. */
export interface HostileRequest {
  readonly bytes: Buffer;
  readonly hasBody: boolean;
  /** True for invalid HTTP. Such a request is sent on its own connection, which may end without a response. */
  readonly isMalformed: boolean;
  /** True for a request to read or delete media, for which the contract allows a 503. */
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
  ['POST', '/sessions/search'],
  ['GET', '/sessions/:id/runs'],
  ['GET', '/sessions/:id/run-previews'],
  ['GET', '/sessions/:id/messages'],
  ['GET', '/sessions/:id/runs/:run'],
  ['GET', '/sessions/:id/media/:run'],
  ['GET', '/config'],
  ['GET', '/agents'],
  ['GET', '/teams'],
  ['GET', '/workflows'],
  ['GET', '/info'],
];
const METHODS = 'GET POST PATCH DELETE HEAD PUT OPTIONS TRACE QUERY PROPFIND LOCK MKCOL'.split(' ');

/** Returns a random request: one in 25 is invalid HTTP, most others have a known route and hostile parts. */
export function hostileRequest(random: SeededRandom): HostileRequest {
  if (random.oneIn(25)) return { bytes: malformedRequest(random), hasBody: true, isMalformed: true, wantsMedia: false };
  const [method, route] = random.oneIn(15) ? unusualRoute(random) : random.pick(ROUTES);
  const path = pathFor(random, route) + hostileQuery(random);
  const headers = ['Host: x', ...hostileHeaders(random)];
  const body = method === 'GET' && !random.oneIn(10) ? Buffer.alloc(0) : hostileBody(random);
  if (body.length > 0) headers.push(...hostileContentType(random));
  const isChunked = body.length > 0 && random.oneIn(12);
  headers.push(isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`);
  const head = `${method} ${encodeBlanks(path)} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`;
  return {
    bytes: Buffer.concat([Buffer.from(head), isChunked ? chunked(body) : body]),
    hasBody: method !== 'HEAD',
    isMalformed: false,
    wantsMedia: /media/i.test(path),
  };
}

/** A random method with the path of a route or with another path. */
function unusualRoute(random: SeededRandom): Route {
  const path = random.pick([...ROUTES.map(([, path]) => path), '/', '//', '/healthz', '/docs', '/openapi.json', '*']);
  return [random.pick(METHODS), path];
}

function pathFor(random: SeededRandom, route: string): string {
  const id = random.oneIn(3) ? hostileString(random) : encodeURIComponent(random.pick(STORED_IDS));
  const run = random.oneIn(2) ? hostileString(random) : `run-${random.below(2)}-${id}`;
  const path = route.replace(':id', () => id).replace(':run', () => run);
  return random.oneIn(30) ? path + random.pick(['/', '//', '/x', '%00', ';x', '#x', '/..', '%2f']) : path;
}

/** Encodes blanks and line breaks, which would end the request line. All other bytes are sent as they are, valid or not. */
function encodeBlanks(path: string): string {
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

/** Generators of invalid or unusual HTTP. Each result is complete, so that the server does not wait for more bytes. */
const MALFORMED: readonly ((random: SeededRandom) => string)[] = [
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
  (random) => `GET /${'a'.repeat(random.pick([9_000, 17_000, 70_000]))} HTTP/1.1\r\nHost: x${END}`,
  (random) => `GET /sessions HTTP/1.1\r\n${'X: y\r\n'.repeat(random.pick([900, 2_100, 9_000]))}${END}`,
  (random) => `${String.fromCharCode(...Array.from({ length: 1 + random.below(80) }, () => random.below(256)))}${END}`,
];

function malformedRequest(random: SeededRandom): Buffer {
  return Buffer.from(random.pick(MALFORMED)(random), 'latin1');
}

// biome-ignore format: one value per line would be too long
const CONTENT_TYPES = [
  ...['application/json; charset=latin-1', 'APPLICATION/JSON', 'application/merge-patch+json', 'text/plain', ''],
  ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json;', '\u00fc', '/', 'a/b;c="'],
];
const HEADERS: readonly ((random: SeededRandom) => string)[] = [
  () => 'Content-Encoding: gzip',
  () => 'Expect: 100-continue',
  () => 'Expect: nonsense',
  () => 'Upgrade: websocket\r\nConnection: Upgrade',
  () => 'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__',
  () => 'Range: bytes=0-1',
  () => 'Accept: text/html;q=0.1',
  () => 'X-HTTP-Method-Override: DELETE',
  () => 'Host: a\r\nHost: b',
  (random) => `Origin: ${random.pick(['null', 'http://localhost:3000', 'https://evil.example', 'x'.repeat(5_000)])}`,
  (random) => `Access-Control-Request-Method: ${random.pick(['GET', 'BREW', ''])}\r\nOrigin: x`,
  (random) =>
    `Authorization: ${random.pick(['Bearer x', 'Basic eDp5', 'Bearer', `Bearer ${'a.'.repeat(2_000)}`, '\u00fc'])}`,
  (random) => `X-Request-ID: ${random.pick(['ok', '../x', 'a b', 'x'.repeat(4_000), '\u00fc'])}`,
  (random) => `X-Forwarded-For: ${random.pick(['1.2.3.4', '::1, x', ',,,', 'x'.repeat(2_000)])}`,
  (random) => `Cookie: ${random.pick(['a=b', 'access_token=x', '=;=;', 'a='.repeat(1_000)])}`,
  (random) =>
    `${ifMatch(random)}: ${random.pick(['*', '"x"', 'W/"x", "y"', 'x', '"', ', ,', '\u00fc', '"x" '.repeat(2_000), ' '.repeat(9_000)])}`,
  (random) =>
    `${ifMatch(random)}: ${random.pick(['"x",', ',', '"', 'W/"x",', '*,', '" ', "'"]).repeat(random.below(3_000))}`,
  () => `If-None-Match: W/"${'x'.repeat(43)}"`,
  (random) => `X-${random.below(99)}: ${'h'.repeat(random.pick([1, 1_000, 9_000, 17_000]))}`,
];

function ifMatch(random: SeededRandom): string {
  return random.pick(['If-Match', 'If-None-Match']);
}

/** Up to two random header lines. */
function hostileHeaders(random: SeededRandom): string[] {
  return random.some(2, () => random.pick(HEADERS)(random));
}

/** The header line for the content type of a body: usually JSON, sometimes another type, sometimes no line. */
function hostileContentType(random: SeededRandom): string[] {
  if (random.oneIn(20)) return [];
  if (random.oneIn(4)) return ['Content-Type: application/merge-patch+json'];
  return [`Content-Type: ${random.oneIn(10) ? random.pick(CONTENT_TYPES) : 'application/json'}`];
}
