import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { scaled } from '../../support/time-scale.js';

/** The response to a request, or the reason why there was none. */
export interface HttpResponse {
  /** HTTP status, or 0 without a complete response. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Error code when there is no response. With `ECONNREFUSED` nothing was sent. */
  readonly reason?: string | undefined;
  readonly milliseconds: number;
}

/** Longer than any timeout of the service, in milliseconds. A request that takes longer never gets a response. */
const TIMEOUT_MS = scaled(120_000);

/** Sends requests over keep-alive connections and never retries. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly baseUrl: string) {}

  /** Sends `body` as JSON. Never rejects: without a complete response it resolves with status 0. */
  ask(method: string, path: string, body?: object): Promise<HttpResponse> {
    const start = performance.now();
    return new Promise((resolve) => {
      const end = (outcome: Omit<HttpResponse, 'milliseconds'>) =>
        resolve({ ...outcome, milliseconds: performance.now() - start });
      const fail = ({ code }: NodeJS.ErrnoException) => end({ status: 0, headers: {}, body: '', reason: code });
      const outgoing = request(this.baseUrl + path, {
        method,
        agent: this.agent,
        timeout: TIMEOUT_MS,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      });
      outgoing.on('response', (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response;
          end({ status, headers, body: Buffer.concat(pieces).toString('utf8') });
        });
        response.on('error', fail);
      });
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.on('error', fail);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
