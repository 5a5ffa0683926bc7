import type { RequestOrSkip } from './mirror-request.js';
import { isSafe } from './mirror-request.js';
import { parseTarget } from './target.js';

/** Headers that decide what is answered. Others tell of the browser, of caches and of the connection. */
const REPLAYED_HEADERS = new Set(['accept', 'authorization', 'content-type', 'cookie', 'origin']);

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
export function parseHar(text: string): RequestOrSkip[] {
  const entries = (JSON.parse(text) as { log?: { entries?: unknown } } | null)?.log?.entries;
  if (!Array.isArray(entries)) throw new SyntaxError('no log.entries in it');
  return entries.map((entry) => parseHarEntry((entry ?? {}) as HarEntry));
}

function parseHarEntry({ request, response }: HarEntry): RequestOrSkip {
  const target = typeof request?.url === 'string' ? parseTarget(request.url) : undefined;
  if (target === undefined || typeof request?.method !== 'string') return { skipped: 'no request could be read' };
  const method = request.method.toUpperCase();
  const body = request.postData?.text;
  const createdSession = isSafe(method) ? undefined : createdSessionId(response?.content?.text);
  return {
    method,
    target,
    headers: replayedHeaders(request.headers),
    ...(typeof body === 'string' && body !== '' ? { body } : {}),
    ...(createdSession === undefined ? {} : { createdSession }),
  };
}

function replayedHeaders(headers: unknown): Record<string, string> {
  const kept: Record<string, string> = {};
  if (!Array.isArray(headers)) return kept;
  for (const { name, value } of headers as { name?: unknown; value?: unknown }[]) {
    if (typeof name !== 'string' || typeof value !== 'string') continue;
    if (REPLAYED_HEADERS.has(name.toLowerCase())) kept[name.toLowerCase()] = value;
  }
  return kept;
}

function createdSessionId(answer: unknown): string | undefined {
  if (typeof answer !== 'string') return undefined;
  try {
    const { session_id } = JSON.parse(answer) as { session_id?: unknown };
    return typeof session_id === 'string' ? session_id : undefined;
  } catch {
    return undefined;
  }
}
