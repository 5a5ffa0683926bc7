import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Not smaller than the header limit of AgentOS, so that the proxy rejects no request that AgentOS accepts. */
export const MAX_HEADER_BYTES = 65_536;

/** Opens connections to the Python server behind the proxy. */
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
   * Sends a request on a new connection. A server may close a keep-alive connection at the moment it is reused; clients
   * would then see an error that does not occur without the proxy.
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

  /** Opens a TCP or TLS connection for an upgraded request, such as a WebSocket. */
  connect(): Socket {
    return this.isSecure
      ? connectTls({ host: this.host, port: this.port, servername: this.host })
      : connect(this.port, this.host);
  }
}

/** Headers that concern one connection and must not be forwarded (RFC 9110, 7.6.1). Node handles `Expect` itself. */
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

/** Alternating names and values as received, with duplicates, order and spelling preserved. */
type RawHeaders = readonly string[];

/** Removes hop-by-hop headers and the headers that `Connection` lists. */
export function endToEndHeaders(headers: RawHeaders): string[] {
  const named = headerPairs(headers)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return headerPairs(headers).flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]));
}

/** Header values by name in lower case; repeated headers are joined. */
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
  for (let index = 0; index + 1 < headers.length; index += 2)
    pairs.push([headers[index] ?? '', headers[index + 1] ?? '']);
  return pairs;
}
