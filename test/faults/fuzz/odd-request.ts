import type { SeededRandom } from '../../support/dice.js';
import { hostileBody } from './odd-bodies.js';
import { hostileContentType, hostileHeaders } from './odd-headers.js';
import { hostileQuery, hostileString, STORED_IDS } from './odd-texts.js';
import { malformedRequest } from './odd-wires.js';

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
