import { JsonLimitExceeded, JsonSyntaxError, type ParsedJson, readJson, type Steps } from '@session-service/json';
import { problem, unprocessable } from './http-problem.js';
import { invalidJson } from './validation-issues.js';

/** A request body as it arrived. */
export interface ReceivedBody {
  /** Undefined when the request has no body. */
  readonly bytes: Uint8Array | undefined;
  readonly contentType: string | undefined;
  /** Largest accepted body, in bytes. */
  readonly limitBytes: number;
}

/** A request body as FastAPI passes it to a route. */
export type Body =
  | { readonly kind: 'none' }
  /** A body that is not declared as JSON. It never matches a model; the 422 echoes it. */
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'json' } & ParsedJson);

/** Limit of nested arrays and objects: AgentOS reaches Python's recursion limit one level deeper. */
export const MAX_DEPTH = 968;

/** Python rejects longer integers: https://docs.python.org/3/library/stdtypes.html#int-max-str-digits */
export const MAX_INTEGER_DIGITS = 4300;

/** Limit of values in a body: parsing time grows with their number, and a few megabytes can hold millions. */
const MAX_VALUES = 1_000_000;

/**
 * Reads a body by its content type. `application/json` and `application/…+json`, in any case and with any charset, are
 * JSON; any other or no type is text. An empty body counts as no body. After a problem nothing else is checked.
 *
 * @throws HttpProblem 422 `json_invalid` at the first syntax error; 400 for an invalid encoding, or too much
 *   nesting, digits or values; 413 when numbers would exceed the body limit once PostgreSQL expands their exponents
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

/** 413 with Fastify's message. */
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

/** The body is not valid in its encoding. */
export class InvalidEncoding extends Error {}

/**
 * Decodes a JSON body from UTF-8, UTF-16 or UTF-32 in either byte order, like Python's `json.loads`. Detects a
 * byte order mark, or the zero bytes around the first, always ASCII, character. Ignores the content type's charset.
 *
 * @throws InvalidEncoding
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoderFor(bytes)(bytes);
  } catch {
    throw new InvalidEncoding();
  }
}

type Decoder = (bytes: Uint8Array) => string;

const utf8 = textDecoder('utf-8');
const utf16le = textDecoder('utf-16le');
const utf16be = textDecoder('utf-16be');
const utf32le: Decoder = (bytes) => decodeUtf32(bytes, true);
const utf32be: Decoder = (bytes) => decodeUtf32(bytes, false);

function decoderFor(bytes: Uint8Array): Decoder {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  const size = bytes.length;
  if (first === 0xff && second === 0xfe) return size >= 4 && third === 0 && fourth === 0 ? utf32le : utf16le;
  if (first === 0xfe && second === 0xff) return utf16be;
  if (size >= 4 && first === 0) return second === 0 ? utf32be : utf16be;
  if (size >= 4 && second === 0) return third === 0 && fourth === 0 ? utf32le : utf16le;
  if (size === 2 && first === 0) return utf16be;
  if (size === 2 && second === 0) return utf16le;
  return utf8;
}

/** The decoder removes a byte order mark. */
function textDecoder(encoding: string): Decoder {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (bytes) => decoder.decode(bytes);
}

function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  if (bytes.length % 4 !== 0) throw new InvalidEncoding();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += UTF32_CHUNK_BYTES) {
    const codes: number[] = [];
    const end = Math.min(start + UTF32_CHUNK_BYTES, bytes.length);
    for (let offset = start; offset < end; offset += 4) codes.push(view.getUint32(offset, littleEndian));
    parts.push(String.fromCodePoint(...codes));
  }
  const text = parts.join('');
  if (!text.isWellFormed()) throw new InvalidEncoding();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Bytes per `String.fromCodePoint` call: appending single characters would build a rope of millions of strings. */
const UTF32_CHUNK_BYTES = 32_768;
