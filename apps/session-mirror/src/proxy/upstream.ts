import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** At least as large as the header limits of AgentOS. */
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
   * Sends a request on a new connection. The server may close a keep-alive connection at the moment it is reused, an error
   * that clients of Python itself would not see.
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

  /** Opens a raw connection. */
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

/** The headers to forward: without hop-by-hop headers and those that `Connection` names. */
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
