import { parseIfJson, stringAt } from './json-member.js';

/** The quoted request line, in which a quotation mark is escaped as `\"`. */
const REQUEST_LINE = /"([A-Z]+) ((?:[^"\\]|\\.)+?)(?: HTTP\/\d(?:\.\d)?)?"/;

/** The request in a line of the common or combined log format (nginx, Apache, uvicorn); undefined if there is none. */
export function parseTextLine(line: string): { method: string; url: string } | undefined {
  const found = REQUEST_LINE.exec(line);
  if (found === null) return undefined;
  const [, method = '', url = ''] = found;
  return { method, url: unescapeUrl(url) };
}

/**
 * nginx and Apache write quotation marks, backslashes and bytes other than printable ASCII as `\xHH`. Percent-encodes
 * bytes that are invalid in a request target, because clients send them encoded or as raw bytes.
 */
function unescapeUrl(url: string): string {
  return url
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return /[!-~]/.test(character) ? character : `%${hex.toUpperCase()}`;
    })
    .replace(/\\(.)/g, '$1');
}

/**
 * Names of request fields in JSON logs of nginx, Envoy, Traefik, Caddy, pino-http, Elastic Common Schema, OpenTelemetry and
 * Google Cloud, as paths for `stringAt`.
 */
const METHOD_FIELDS = [
  'method',
  'request_method',
  'http_method',
  'RequestMethod',
  'verb',
  'request.method',
  'req.method',
  'http.method',
  'http.request.method',
  'httpRequest.requestMethod',
];
const URL_FIELDS = [
  'request_uri',
  'uri',
  'url',
  'target',
  'path',
  'RequestPath',
  'request.uri',
  'request.url',
  'request.path',
  'req.url',
  'http.target',
  'http.url',
  'url.original',
  'url.full',
  'url.path',
  'httpRequest.requestUrl',
];
const QUERY_FIELDS = ['query', 'query_string', 'args', 'url.query', 'request.query', 'request.query_string'];
/** Fields with the whole request line, for example `GET /sessions HTTP/1.1`. */
const REQUEST_LINE_FIELDS = ['request', 'request_line', 'requestLine'];

/** The request in a line of a JSON log; undefined if there is none. */
export function parseJsonLine(line: string): { method: string; url: string } | undefined {
  const entry = parseIfJson(line);
  const requestLine = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(firstString(entry, REQUEST_LINE_FIELDS) ?? '');
  const method = firstString(entry, METHOD_FIELDS) ?? requestLine?.[1];
  const url = firstString(entry, URL_FIELDS) ?? requestLine?.[2];
  if (method === undefined || url === undefined) return undefined;
  const query = url.includes('?') ? undefined : firstString(entry, QUERY_FIELDS);
  return { method: method.toUpperCase(), url: query === undefined ? url : `${url}?${query.replace(/^\?/, '')}` };
}

/** The first of these fields that is a string, neither empty nor `-`, which logs write for a missing value. */
function firstString(entry: unknown, fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const value = stringAt(entry, field);
    if (value && value !== '-') return value;
  }
  return undefined;
}
