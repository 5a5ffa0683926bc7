import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { comparedHeaders, type TimedResponse } from '@session-service/comparison';
import { LIMITS } from './mirror-limits.js';
import type { MirrorRequest } from './requests/mirror-request.js';

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

export type SideName = 'python' | 'ours';

/** Thrown when a side sends no complete HTTP response. The message contains the reason, but no address. */
export class NoResponse extends Error {
  constructor(
    readonly side: SideName,
    reason: string,
  ) {
    super(reason);
  }
}

/** Error codes of a request on a keep-alive connection that the server was closing. The request can be repeated. */
const CONNECTION_CLOSED_CODES = new Set(['ECONNRESET', 'EPIPE']);

/** HTTP client for one of the two compared servers. */
export class Side {
  private readonly agent: HttpAgent;
  private readonly address: ServerAddress;

  constructor(
    readonly name: SideName,
    url: URL,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.address = new ServerAddress(url);
    this.agent = this.address.isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  /**
   * Sends a request. Retries once when the server has closed the keep-alive connection.
   *
   * @throws NoResponse
   */
  async send(request: MirrorRequest): Promise<TimedResponse> {
    try {
      return await this.sendOnce(request).catch((error: unknown) => {
        if (error instanceof ClosedConnection) return this.sendOnce(request);
        throw error;
      });
    } catch (error) {
      throw new NoResponse(this.name, errorCode(error) || (error instanceof Error ? error.message : String(error)));
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private sendOnce({ method, target, headers, body }: MirrorRequest): Promise<TimedResponse> {
    const sentAt = Date.now() / 1000;
    const startedAt = performance.now();
    const allHeaders: Record<string, string> = { ...headers, ...this.headers };
    if (body !== undefined) allHeaders['content-length'] = String(Buffer.byteLength(body));
    return new Promise((resolve, reject) => {
      const outgoing = this.address.request(target, { agent: this.agent, method, headers: allHeaders });
      const expire = () =>
        outgoing.destroy(new Error(`no complete response within ${LIMITS.responseTimeoutMs / 1000} s`));
      const deadline = setTimeout(expire, LIMITS.responseTimeoutMs);
      outgoing.on('close', () => clearTimeout(deadline));
      outgoing.on('error', (error) => {
        const isClosed = outgoing.reusedSocket && CONNECTION_CLOSED_CODES.has(errorCode(error));
        reject(isClosed ? new ClosedConnection(errorCode(error)) : error);
      });
      outgoing.on('response', (incoming) => {
        const { statusCode: status = 0, headers: received } = incoming;
        readBody(incoming).then((text) => {
          const milliseconds = performance.now() - startedAt;
          resolve({ status, headers: comparedHeaders(received), body: text, sentAt, milliseconds });
        }, reject);
      });
      outgoing.end(body);
    });
  }
}

class ClosedConnection extends Error {}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LIMITS.maxResponseBytes)
      throw new Error(`the response is larger than ${LIMITS.maxResponseBytes / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
