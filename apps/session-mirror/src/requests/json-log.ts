type Json = Readonly<Record<string, unknown>>;

/**
 * Where logs in JSON keep a request, by name as it is or nested at the dots: nginx, Envoy, Traefik, Caddy, pino-http,
 * Elastic Common Schema, OpenTelemetry, Google Cloud.
 */
const METHODS = [
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
const URLS = [
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
const QUERIES = ['query', 'query_string', 'args', 'url.query', 'request.query', 'request.query_string'];
/** `GET /sessions HTTP/1.1` in one. */
const REQUEST_LINES = ['request', 'request_line', 'requestLine'];

/** The request in a line of a log of JSON lines; undefined where there is none. */
export function requestInJsonLine(line: string): { method: string; url: string } | undefined {
  const entry = parsed(line);
  if (entry === undefined) return undefined;
  const whole = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(textAt(entry, REQUEST_LINES) ?? '');
  const method = textAt(entry, METHODS) ?? whole?.[1];
  const url = textAt(entry, URLS) ?? whole?.[2];
  if (method === undefined || url === undefined) return undefined;
  const query = url.includes('?') ? undefined : textAt(entry, QUERIES);
  return { method: method.toUpperCase(), url: query === undefined ? url : `${url}?${query.replace(/^\?/, '')}` };
}

function parsed(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first of these places that holds a text with something in it. */
function textAt(entry: Json, places: readonly string[]): string | undefined {
  for (const place of places) {
    const value = valueAt(entry, place);
    if (typeof value === 'string' && value !== '' && value !== '-') return value;
  }
  return undefined;
}

function valueAt(entry: Json, place: string): unknown {
  if (place in entry) return entry[place];
  let value: unknown = entry;
  for (const name of place.split('.')) value = isObject(value) ? value[name] : undefined;
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
