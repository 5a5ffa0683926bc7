import { retryAfterOf, SessionConnectionError } from './session-api-error.js';

/** Sends a request once. */
export type Fetch = (request: Request) => Promise<Response>;

/** Bounds of repeated requests. */
export interface RetryOptions {
  /** Including the first one; 1 repeats nothing. */
  readonly maxAttempts?: number;
  /** Maximum of the random delay before the second attempt; doubles with each further one. */
  readonly baseDelayMs?: number;
  /** Maximum of the random delay. A request is not repeated if the server demands a longer one by `Retry-After`. */
  readonly maxDelayMs?: number;
}

/** Statuses after which a read may be repeated: of the service, and of a proxy that lost it. */
const REPEATED_READS = [502, 503, 504];

/** With `Retry-After`, the server has not processed the request, so that a write may be repeated too. */
const NOT_PROCESSED = [429, 503];

/**
 * Repeats requests as the service promises (docs/reliability.md): after 503 with `Retry-After` nothing was
 * applied; after 504 or a lost connection a write may have been applied, so only reads are repeated.
 */
export function retryingFetch(send: Fetch, options: RetryOptions = {}): Fetch {
  const { maxAttempts = 4, baseDelayMs = 200, maxDelayMs = 10_000 } = options;
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const result = await attemptOnce(send, request);
      const notBefore = repeatableAfter(result, isRead(request));
      if (attempt >= maxAttempts || notBefore === undefined || notBefore > maxDelayMs) {
        if (result instanceof Response) return result;
        throw result;
      }
      // Random, so that clients which were rejected together do not come back together.
      const delayMs = notBefore + Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
      await delay(delayMs, request.signal);
    }
  };
}

/** Also reads the body, because a connection may be lost after the status line. */
async function attemptOnce(send: Fetch, request: Request): Promise<Response | SessionConnectionError> {
  try {
    const response = await send(request.clone());
    const { status, statusText, headers } = response;
    const body = await response.arrayBuffer();
    // Statuses such as 204 and 304 must not have a body, not even an empty one.
    return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers });
  } catch (error) {
    request.signal.throwIfAborted();
    return new SessionConnectionError(request, error);
  }
}

/** The milliseconds after which the request may be repeated; undefined: never. */
function repeatableAfter(result: Response | SessionConnectionError, isRead: boolean): number | undefined {
  if (result instanceof SessionConnectionError) return isRead ? 0 : undefined;
  const retryAfterMs = retryAfterOf(result);
  if (NOT_PROCESSED.includes(result.status) && retryAfterMs !== undefined) return retryAfterMs;
  return isRead && REPEATED_READS.includes(result.status) ? (retryAfterMs ?? 0) : undefined;
}

function isRead({ method, url }: Request): boolean {
  return (
    method === 'GET' || method === 'HEAD' || (method === 'POST' && /\/sessions\/search$/.test(new URL(url).pathname))
  );
}

/** Rejects with the reason of the signal when it is aborted. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const abort = () => {
      clearTimeout(timer);
      failed(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      done();
    }, ms);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
