import { Agent, request } from 'node:http';

export interface CostRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: Buffer;
  readonly contentType?: string;
  readonly ifNoneMatch?: string;
}

export interface CostResponse {
  /** HTTP status; 0 if the connection ended without a response. */
  readonly status: number;
  /** Length of the response body. */
  readonly bytes: number;
  /** The first characters of the response body, for error messages. */
  readonly beginning: string;
}

/** Thrown when a response has not ended within the timeout. */
export class NoResponse extends Error {}

const KEPT_CHARACTERS = 200;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/**
 * Sends a request and reads the response as fast as possible, keeping only its first characters.
 *
 * @throws NoResponse when the response has not ended after `timeoutMs`
 */
export function sendCostRequest(
  port: number,
  { method, path, body, contentType, ifNoneMatch }: CostRequest,
  timeoutMs: number,
) {
  return new Promise<CostResponse>((resolve, reject) => {
    const headers = {
      ...(body && { 'content-type': contentType ?? 'application/json', 'content-length': body.length }),
      ...(ifNoneMatch && { 'if-none-match': ifNoneMatch }),
    };
    const sent = request({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
      let bytes = 0;
      let beginning = '';
      const end = (status: number) => {
        clearTimeout(timer);
        resolve({ status, bytes, beginning });
      };
      response.on('data', (chunk: Buffer) => {
        if (bytes < KEPT_CHARACTERS) beginning += chunk.toString('latin1', 0, KEPT_CHARACTERS);
        bytes += chunk.length;
      });
      response.on('end', () => end(response.statusCode ?? 0));
      response.on('error', () => end(0));
    });
    const timer = setTimeout(() => {
      reject(new NoResponse());
      sent.destroy();
    }, timeoutMs);
    sent.on('error', () => {
      clearTimeout(timer);
      resolve({ status: 0, bytes: 0, beginning: '' });
    });
    sent.end(body);
  });
}
