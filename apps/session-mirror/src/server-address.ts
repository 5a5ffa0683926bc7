import { type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Not smaller than the header limit of AgentOS, so that the proxy rejects no request that AgentOS accepts. */
export const MAX_HEADER_BYTES = 65_536;

/** Address of one of the two servers. */
export class ServerAddress {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;

  constructor(private readonly url: URL) {
    this.isSecure = url.protocol === 'https:';
    this.host = url.hostname.replace(/^\[|\]$/g, '');
    this.port = Number(url.port) || (this.isSecure ? 443 : 80);
  }

  pathOf(target: string): string {
    return this.url.pathname.replace(/\/$/, '') + target;
  }

  request(target: string, options: RequestOptions): ClientRequest {
    const { host, port } = this;
    const request = this.isSecure ? httpsRequest : httpRequest;
    return request({ ...options, host, port, path: this.pathOf(target), maxHeaderSize: MAX_HEADER_BYTES });
  }
}
