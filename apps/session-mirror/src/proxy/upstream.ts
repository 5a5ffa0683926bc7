import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Headers of any size that AgentOS takes or gives. */
export const MAX_HEADER_BYTES = 65_536;

/** The Python server behind the proxy. */
export class Upstream {
  private readonly isSecure: boolean;
  private readonly host: string;
  private readonly port: number;

  constructor(private readonly url: URL) {
    this.isSecure = url.protocol === 'https:';
    this.host = url.hostname.replace(/^\[|\]$/g, '');
    this.port = Number(url.port) || (this.isSecure ? 443 : 80);
  }

  pathOf(target: string): string {
    return this.url.pathname.replace(/\/$/, '') + target;
  }

  /**
   * Opens a request on a connection of its own: one that is kept may be closed by the server at the very moment it is
   * used again, and a client who talks to Python itself would not see that.
   */
  request(method: string, target: string, headers: string[]): ClientRequest {
    return (this.isSecure ? httpsRequest : httpRequest)({
      host: this.host,
      port: this.port,
      servername: this.host,
      agent: false,
      method,
      path: this.pathOf(target),
      headers,
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
  }

  /** A bare connection. */
  connect(): Socket {
    return this.isSecure
      ? connectTls({ host: this.host, port: this.port, servername: this.host })
      : connect(this.port, this.host);
  }
}

/** Headers that are about one connection, and so are never passed on (RFC 9110, 7.6.1). Node does `Expect` itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Names and values in turn, as they came over the wire: repetition, order and spelling are kept. */
export type RawHeaders = readonly string[];

/** The headers that are passed on: without those of the connection, and without those that `Connection` names. */
export function endToEndHeaders(headers: RawHeaders): string[] {
  const named = headerPairs(headers)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return headerPairs(headers).flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]));
}

/** Headers as one value by name in lower case; repeated ones are joined. */
export function headersByName(headers: RawHeaders): Record<string, string> {
  const byName: Record<string, string> = {};
  for (const [rawName, value] of headerPairs(headers)) {
    const name = rawName.toLowerCase();
    byName[name] = byName[name] === undefined ? value : `${byName[name]}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return byName;
}

function headerPairs(headers: RawHeaders): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at] ?? '', headers[at + 1] ?? '']);
  return pairs;
}
