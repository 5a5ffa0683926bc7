import { JsonLimitExceeded, JsonSyntaxError, type ParsedJson, readJson, type Steps } from '@session-service/json';
import { problem, unprocessable } from './http-problem.js';
import { invalidJson } from './validation-issues.js';

/** A request body before it is parsed. */
export interface ReceivedBody {
  /** Undefined when the request has no body. */
  readonly bytes: Uint8Array | undefined;
  readonly contentType: string | undefined;
  /** Maximum size of the body, in bytes. */
  readonly limitBytes: number;
}

/** A request body as FastAPI passes it to a route. */
export type Body =
  | { readonly kind: 'none' }
  /** A body whose content type is not JSON. No route accepts it, and the 422 echoes it. */
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'json' } & ParsedJson);

/** Maximum depth of nested arrays and objects. One level deeper, AgentOS exceeds Python's recursion limit. */
export const MAX_DEPTH = 968;

/** Maximum digits of an integer in Python: https://docs.python.org/3/library/stdtypes.html#int-max-str-digits */
export const MAX_INTEGER_DIGITS = 4300;

/** Maximum number of JSON values in a body. It bounds the parsing time: a few megabytes can hold millions of values. */
const MAX_VALUES = 1_000_000;

/**
 * Parses a body by its content type. `application/json` and `application/…+json`, in any case and with any charset, are
 * JSON; any other type, or none, is text. An empty body counts as no body.
 *
 * @throws HttpProblem 422 `json_invalid` at the first syntax error; 400 for an invalid encoding, or too many levels,
 *   digits or values; 413 when the body would exceed `limitBytes` after PostgreSQL expands the exponents of its numbers
 */
export function* readBody({ bytes, contentType, limitBytes }: ReceivedBody): Steps<Body> {
  if (bytes === undefined || bytes.length === 0) return { kind: 'none' };
  if (contentType === undefined || !JSON_TYPE.test(contentType))
    return { kind: 'text', text: lenientUtf8.decode(bytes) };
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

/** The 413 for a body that is too large, with Fastify's message. */
export function bodyTooLarge() {
  return problem(413, 'Request body is too large');
}

function unreadableBody() {
  return problem(400, 'There was an error parsing the body');
}

const JSON_TYPE = /^\s*application\/(?:json|[^/;]*\+json)\s*(?:;|$)/i;
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Thrown for bytes that are not valid in the detected encoding. */
export class InvalidEncoding extends Error {}

/**
 * Decodes a JSON body from UTF-8, UTF-16 or UTF-32 in either byte order, like Python's `json.loads`. Detects the
 * encoding by a byte order mark, or by the zero bytes next to the first character, which is always ASCII. The charset
 * of the content type is ignored.
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

/** Returns a strict decoder, which also removes a byte order mark. */
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
