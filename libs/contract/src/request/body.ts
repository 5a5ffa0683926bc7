import { JsonLimitExceeded, JsonSyntaxError, type ParsedJson, readJson, type Steps } from '@agno/json';
import { problem, unprocessable } from '../errors/http-problem.js';
import { invalidJson } from './issues.js';
import { decodeText, InvalidEncoding } from './json-encoding.js';

/** A request body as it arrived. */
export interface ReceivedBody {
  /** Undefined: none. */
  readonly bytes: Uint8Array | undefined;
  readonly contentType: string | undefined;
  /** The most bytes that a body may have. */
  readonly limitBytes: number;
}

/** A request body as FastAPI hands it to a route. */
export type Body =
  | { readonly kind: 'none' }
  /** Not declared as JSON: it never fits a model, and a refusal shows it as this text. */
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'json' } & ParsedJson);

/** Nesting limit of arrays and objects: Python's recursion limit stops AgentOS at the next level. */
export const MAX_DEPTH = 968;

/** Python refuses to convert longer integers. */
export const MAX_INTEGER_DIGITS = 4300;

/** A body of a few megabytes can hold millions of values, each of which costs time. */
const MAX_VALUES = 1_000_000;

/**
 * Reads a body by its content type: `application/json` and `application/…+json`, in any case and whatever the charset, are
 * JSON; any other or none is text; zero bytes are no body at all.
 *
 * @throws HttpProblem 422 `json_invalid` at the position of the first fault; 400 for a broken encoding, nesting deeper than
 * Python can read, an integer of too many digits, too many values; 413 for numbers that are longer than a body may be when
 * PostgreSQL writes them out. Nothing else of the request is looked at then.
 */
export function* readBody({ bytes, contentType, limitBytes }: ReceivedBody): Steps<Body> {
  if (bytes === undefined || bytes.length === 0) return { kind: 'none' };
  if (!isJson(contentType)) return { kind: 'text', text: lenientUtf8.decode(bytes) };
  const growth = limitBytes - bytes.length;
  try {
    const limits = { depth: MAX_DEPTH, digits: MAX_INTEGER_DIGITS, values: MAX_VALUES, growth };
    return { kind: 'json', ...(yield* readJson(decodeText(bytes), limits)) };
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unprocessable([invalidJson(error.position, error.reason)]);
    if (error instanceof InvalidEncoding) throw unreadableBody();
    if (!(error instanceof JsonLimitExceeded)) throw error;
    throw error.limit === 'growth' ? bodyTooLarge() : unreadableBody();
  }
}

/** 413, in Fastify's words. */
export function bodyTooLarge() {
  return problem(413, 'Request body is too large');
}

function unreadableBody() {
  return problem(400, 'There was an error parsing the body');
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_TYPE.test(contentType);
}

const JSON_TYPE = /^\s*application\/(?:json|[^/;]*\+json)\s*(?:;|$)/i;
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
