import { once } from 'node:events';
import { connect } from 'node:net';
import { scaled } from './time-scale.js';

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body. Numbers beyond 2^53 are exact only in `text`. */
  readonly json: never;
}

interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Sends a request, with `body` printed as JSON. */
export async function call(
  baseUrl: string,
  path: string,
  { method = 'GET', body, headers = {} }: CallOptions = {},
): Promise<ApiResponse> {
  const response = await fetch(baseUrl + path, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text) as never;
    },
  };
}

/** True when a service no longer accepts connections. */
export async function refusesConnections({ baseUrl }: { readonly baseUrl: string }): Promise<boolean> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  try {
    // Only connects: while the last worker closes, the primary process may accept a connection that no worker handles.
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

/** Default timeout of `until`, in milliseconds. */
const CONDITION_TIMEOUT_MS = scaled(30_000);

/** Checks a condition every 20 ms and resolves with its first truthy result. Rejects after `timeoutMs`. */
export async function until<T>(
  check: () => Promise<T | undefined | false>,
  timeoutMs = CONDITION_TIMEOUT_MS,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > end) throw new Error(`The condition was not met within ${timeoutMs} ms: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
