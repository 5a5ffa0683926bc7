import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { scaled } from '../../support/time-scale.js';

/** What became of one request. */
export interface HttpResponse {
  /** 0: no answer, or not all of one. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Why there is none, e.g. `ECONNREFUSED`: then nothing was sent. */
  readonly reason?: string | undefined;
  readonly milliseconds: number;
}

/** Longer than any deadline of the service that is tested, in milliseconds: who waits so long was forgotten. */
const PATIENCE_MS = scaled(120_000);

/** Requests over connections that are kept, none of them ever sent twice. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly baseUrl: string) {}

  /** Never rejects. `body` is sent as JSON. */
  ask(method: string, path: string, body?: object): Promise<HttpResponse> {
    const start = performance.now();
    return new Promise((resolve) => {
      const end = (outcome: Omit<HttpResponse, 'milliseconds'>) =>
        resolve({ ...outcome, milliseconds: performance.now() - start });
      const fail = ({ code }: NodeJS.ErrnoException) => end({ status: 0, headers: {}, body: '', reason: code });
      const asked = request(this.baseUrl + path, {
        method,
        agent: this.agent,
        timeout: PATIENCE_MS,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      });
      asked.on('response', (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response;
          end({ status, headers, body: Buffer.concat(pieces).toString('utf8') });
        });
        response.on('error', fail);
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', fail);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
