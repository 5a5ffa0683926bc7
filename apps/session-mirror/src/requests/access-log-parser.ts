/** The request line in quotation marks, with `\"` inside it where a server escapes so. */
const REQUEST_LINE = /"([A-Z]+) ((?:[^"\\]|\\.)+?)(?: HTTP\/\d(?:\.\d)?)?"/;

/** The request in a line of the common or combined log format (nginx, Apache, uvicorn); undefined where there is none. */
export function parseTextLine(line: string): { method: string; url: string } | undefined {
  const found = REQUEST_LINE.exec(line);
  if (found === null) return undefined;
  const [, method = '', url = ''] = found;
  return { method, url: unescapeUrl(url) };
}

/** nginx and Apache write what is no printable ASCII, quotation marks and backslashes as `\xHH`. */
function unescapeUrl(url: string): string {
  return url
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => percentEncode(String.fromCharCode(Number.parseInt(hex, 16))))
    .replace(/\\(.)/g, '$1');
}

/** A character that a target cannot hold goes percent-encoded; it did so over the wire or as that very byte. */
function percentEncode(character: string): string {
  return /[!-~]/.test(character)
    ? character
    : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

type LogEntry = Readonly<Record<string, unknown>>;

/**
 * Where logs in JSON keep a request, by name as it is or nested at the dots: nginx, Envoy, Traefik, Caddy, pino-http,
 * Elastic Common Schema, OpenTelemetry, Google Cloud.
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
/** `GET /sessions HTTP/1.1` in one. */
const REQUEST_LINE_FIELDS = ['request', 'request_line', 'requestLine'];

/** The request in a line of a log of JSON lines; undefined where there is none. */
export function parseJsonLine(line: string): { method: string; url: string } | undefined {
  const entry = parseEntry(line);
  if (entry === undefined) return undefined;
  const whole = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(firstString(entry, REQUEST_LINE_FIELDS) ?? '');
  const method = firstString(entry, METHOD_FIELDS) ?? whole?.[1];
  const url = firstString(entry, URL_FIELDS) ?? whole?.[2];
  if (method === undefined || url === undefined) return undefined;
  const query = url.includes('?') ? undefined : firstString(entry, QUERY_FIELDS);
  return { method: method.toUpperCase(), url: query === undefined ? url : `${url}?${query.replace(/^\?/, '')}` };
}

function parseEntry(line: string): LogEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first of these places that holds a text with something in it. */
function firstString(entry: LogEntry, places: readonly string[]): string | undefined {
  for (const place of places) {
    const value = valueAtPath(entry, place);
    if (typeof value === 'string' && value !== '' && value !== '-') return value;
  }
  return undefined;
}

function valueAtPath(entry: LogEntry, place: string): unknown {
  if (place in entry) return entry[place];
  let value: unknown = entry;
  for (const name of place.split('.')) value = isObject(value) ? value[name] : undefined;
  return value;
}

function isObject(value: unknown): value is LogEntry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
