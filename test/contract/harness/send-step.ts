import { Agent, request } from 'node:http';
import { comparedHeaders, type HttpResponse } from '@session-service/comparison';
import { scaled } from '../../support/time-scale.js';

/** A request of a case, sent without corrections. */
export interface Step {
  readonly method: string;
  /** Path and query with their percent-encoding, which is not corrected. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const RESPONSE_TIMEOUT_MS = scaled(30_000);

/** Error codes of a request on a keep-alive connection that the server was closing. The request can be repeated. */
const CLOSED_CODES = new Set(['ECONNRESET', 'EPIPE']);
const agent = new Agent({ keepAlive: true });

/** Sends a request. Retries once when the server has closed the keep-alive connection. */
export async function sendStep(baseUrl: string, step: Step): Promise<HttpResponse> {
  try {
    return await sendOnce(baseUrl, step);
  } catch (error) {
    if (error instanceof Error && 'code' in error && CLOSED_CODES.has(String(error.code)))
      return sendOnce(baseUrl, step);
    throw error;
  }
}

function sendOnce(baseUrl: string, step: Step): Promise<HttpResponse> {
  const { hostname, port } = new URL(baseUrl);
  const body = step.body === undefined ? undefined : Buffer.from(step.body as string);
  const headers: Record<string, string> = { ...step.headers };
  if (body !== undefined) headers['content-length'] = String(body.length);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, agent, method: step.method, path: step.path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: comparedHeaders(response.headers),
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.setTimeout(RESPONSE_TIMEOUT_MS, () =>
      outgoing.destroy(new Error(`no response to ${step.method} ${step.path}`)),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
