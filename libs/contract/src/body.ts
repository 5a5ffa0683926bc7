import { JsonLimitExceeded, JsonSyntaxError, type ParsedJson, readJson, type Steps } from '@session-service/json';
import { problem, unprocessable } from './http-problem.js';
import { invalidJson } from './validation-issues.js';

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

/** Bytes that do not fit their encoding. */
export class InvalidEncoding extends Error {}

/**
 * The text of a JSON body: UTF-8, UTF-16 or UTF-32 in either byte order, recognised by a byte order mark or, as the first
 * character of JSON is ASCII, by the zero bytes about it. What the content type says about a charset does not count.
 *
 * @throws UnreadableText where the bytes do not fit the encoding
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

/** Drops one byte order mark. */
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
    for (let at = start; at < Math.min(start + UTF32_CHUNK_BYTES, bytes.length); at += 4)
      codes.push(view.getUint32(at, littleEndian));
    parts.push(String.fromCodePoint(...codes));
  }
  const text = parts.join('');
  if (!text.isWellFormed()) throw new InvalidEncoding();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Bytes that are decoded at a time: one character at a time would make a chain of millions of texts. */
const UTF32_CHUNK_BYTES = 32_768;
