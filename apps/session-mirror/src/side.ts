import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { comparedHeaders, type TimedResponse } from '@session-service/comparison';
import { LIMITS } from './mirror-limits.js';
import type { MirrorRequest } from './requests/mirror-request.js';

export type SideName = 'python' | 'ours';

export type SideResponse = TimedResponse;

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
  private readonly isSecure: boolean;

  constructor(
    readonly name: SideName,
    private readonly url: URL,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.isSecure = url.protocol === 'https:';
    this.agent = this.isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  /**
   * Sends a request. Retries once when the server has closed the keep-alive connection.
   *
   * @throws NoResponse
   */
  async send(request: MirrorRequest): Promise<SideResponse> {
    try {
      return await this.sendOnce(request);
    } catch (error) {
      if (!(error instanceof ClosedConnection)) throw this.toNoResponse(error);
    }
    return this.sendOnce(request).catch((error: unknown) => {
      throw this.toNoResponse(error);
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private sendOnce({ method, target, headers, body }: MirrorRequest): Promise<SideResponse> {
    const { hostname, port, pathname } = this.url;
    const sentAt = Date.now() / 1000;
    const startedAt = performance.now();
    const allHeaders: Record<string, string> = { ...headers, ...this.headers };
    if (body !== undefined) allHeaders['content-length'] = String(Buffer.byteLength(body));
    return new Promise((resolve, reject) => {
      const outgoing = (this.isSecure ? httpsRequest : httpRequest)({
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        agent: this.agent,
        method,
        path: pathname.replace(/\/$/, '') + target,
        headers: allHeaders,
        maxHeaderSize: 65_536,
      });
      const expire = () =>
        outgoing.destroy(new Error(`no complete response within ${LIMITS.responseTimeoutMs / 1000} s`));
      const deadline = setTimeout(expire, LIMITS.responseTimeoutMs);
      outgoing.on('close', () => clearTimeout(deadline));
      outgoing.on('error', (error) => {
        reject(
          outgoing.reusedSocket && CONNECTION_CLOSED_CODES.has(errorCode(error))
            ? new ClosedConnection(errorCode(error))
            : error,
        );
      });
      outgoing.on('response', (incoming) => {
        readBody(incoming).then((text) => {
          const milliseconds = performance.now() - startedAt;
          resolve({ ...comparableResponse(incoming.statusCode, incoming.headers, text), sentAt, milliseconds });
        }, reject);
      });
      outgoing.end(body);
    });
  }

  private toNoResponse(error: unknown): NoResponse {
    return new NoResponse(this.name, errorCode(error) || (error instanceof Error ? error.message : String(error)));
  }
}

/** Reduces a response to the parts that are compared. */
export function comparableResponse(status: number | undefined, headers: IncomingHttpHeaders, body: string) {
  return { status: status ?? 0, headers: comparedHeaders(headers), body };
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
