import type { JsonNode } from './json-tree.js';
import { decodeJson } from './python-json.js';

/** A request body as FastAPI hands it to a route. */
export type Body =
  | { readonly kind: 'none' }
  /** Not declared as JSON: it never fits a model, and a refusal shows it as this text. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly root: JsonNode; readonly sawUnstorable: boolean };

/**
 * Reads a body by its content type: `application/json` and `application/…+json`, in any case and whatever the charset, are
 * JSON; any other or none is text; zero bytes are no body at all.
 *
 * @throws HttpProblem 422 or 400 for JSON that cannot be read; nothing else of the request is looked at then
 */
export function readBody(bytes: Uint8Array | undefined, contentType: string | undefined): Body {
  if (bytes === undefined || bytes.length === 0) return { kind: 'none' };
  if (!isJson(contentType)) return { kind: 'text', text: lenientUtf8.decode(bytes) };
  return { kind: 'json', ...decodeJson(bytes) };
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_TYPE.test(contentType);
}

const JSON_TYPE = /^\s*application\/(?:json|[^/;]*\+json)\s*(?:;|$)/i;
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
