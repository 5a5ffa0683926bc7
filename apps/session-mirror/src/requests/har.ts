import type { Found } from './mirror-request.js';
import { isSafe } from './mirror-request.js';
import { targetOf } from './target.js';

/** Headers that decide what is answered. Others tell of the browser, of caches and of the connection. */
const KEPT_HEADERS = new Set(['accept', 'authorization', 'content-type', 'cookie', 'origin']);

interface HarEntry {
  readonly request?: {
    readonly method?: unknown;
    readonly url?: unknown;
    readonly headers?: unknown;
    readonly postData?: { readonly text?: unknown };
  };
  readonly response?: { readonly status?: unknown; readonly content?: { readonly text?: unknown } };
}

/**
 * The requests of a HAR file, in its order.
 *
 * @throws SyntaxError when the text is no HAR
 */
export function requestsInHar(text: string): Found[] {
  const entries = (JSON.parse(text) as { log?: { entries?: unknown } } | null)?.log?.entries;
  if (!Array.isArray(entries)) throw new SyntaxError('no log.entries in it');
  return entries.map((entry) => requestIn((entry ?? {}) as HarEntry));
}

function requestIn({ request, response }: HarEntry): Found {
  const target = typeof request?.url === 'string' ? targetOf(request.url) : undefined;
  if (target === undefined || typeof request?.method !== 'string') return { skipped: 'no request could be read' };
  const method = request.method.toUpperCase();
  const body = request.postData?.text;
  const createdSession = isSafe(method) ? undefined : sessionIn(response?.content?.text);
  return {
    method,
    target,
    headers: keptHeaders(request.headers),
    ...(typeof body === 'string' && body !== '' ? { body } : {}),
    ...(createdSession === undefined ? {} : { createdSession }),
  };
}

function keptHeaders(headers: unknown): Record<string, string> {
  const kept: Record<string, string> = {};
  if (!Array.isArray(headers)) return kept;
  for (const { name, value } of headers as { name?: unknown; value?: unknown }[]) {
    if (typeof name !== 'string' || typeof value !== 'string') continue;
    if (KEPT_HEADERS.has(name.toLowerCase())) kept[name.toLowerCase()] = value;
  }
  return kept;
}

function sessionIn(answer: unknown): string | undefined {
  if (typeof answer !== 'string') return undefined;
  try {
    const { session_id } = JSON.parse(answer) as { session_id?: unknown };
    return typeof session_id === 'string' ? session_id : undefined;
  } catch {
    return undefined;
  }
}
