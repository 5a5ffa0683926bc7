import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** What became of one request. */
export interface Answer {
  /** 0: no answer, or not all of one. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly milliseconds: number;
}

/** Longer than any deadline of the service that is tested, in milliseconds: who waits so long was forgotten. */
const PATIENCE_MS = 120_000;

/** Requests over connections that are kept, none of them ever sent twice. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly baseUrl: string) {}

  /** Never rejects. `body` is sent as JSON. */
  ask(method: string, path: string, body?: object): Promise<Answer> {
    const start = performance.now();
    return new Promise((resolve) => {
      const end = (status: number, text: string, headers: IncomingHttpHeaders = {}) =>
        resolve({ status, headers, body: text, milliseconds: performance.now() - start });
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
          end(response.statusCode ?? 0, Buffer.concat(pieces).toString('utf8'), response.headers);
        });
        response.on('error', () => end(0, ''));
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => end(0, ''));
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
