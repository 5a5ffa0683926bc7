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
