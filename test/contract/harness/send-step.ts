import { Agent, request } from 'node:http';
import { comparedHeaders, type HttpResponse } from '@session-service/comparison';
import { scaled } from '../../support/time-scale.js';

/** One request, exactly as it goes over the wire. */
export interface Step {
  readonly method: string;
  /** Path and query, already percent-encoded as wanted: nothing is corrected. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const ANSWER_TIMEOUT_MS = scaled(30_000);

/** How a connection that the server has closed after its last answer shows itself. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);
const agent = new Agent({ keepAlive: true });

/** Sends a request; once more when a kept connection turns out to be closed by the other side. */
export async function sendStep(baseUrl: string, step: Step): Promise<HttpResponse> {
  try {
    return await sendOnce(baseUrl, step);
  } catch (error) {
    if (error instanceof Error && 'code' in error && CLOSED.has(String(error.code))) return sendOnce(baseUrl, step);
    throw error;
  }
}

function sendOnce(baseUrl: string, step: Step): Promise<HttpResponse> {
  const { hostname, port } = new URL(baseUrl);
  const body = step.body === undefined ? undefined : Buffer.from(step.body as string);
  const headers: Record<string, string> = { ...step.headers };
  if (body !== undefined) headers['content-length'] = String(body.length);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, agent, method: step.method, path: step.path, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('end', () =>
        resolve({
          status: reply.statusCode ?? 0,
          headers: comparedHeaders(reply.headers),
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.setTimeout(ANSWER_TIMEOUT_MS, () =>
      outgoing.destroy(new Error(`no answer to ${step.method} ${step.path}`)),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
