import type { SeededRandom } from '../../support/dice.js';

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
