/** Headers that concern one connection and must not be forwarded (RFC 9110, 7.6.1). Node handles `Expect` itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Alternating names and values as received, with duplicates, order and spelling preserved. */
type RawHeaders = readonly string[];

/** Removes hop-by-hop headers and the headers that `Connection` lists. */
export function endToEndHeaders(headers: RawHeaders): string[] {
  const named = headerPairs(headers)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return headerPairs(headers).flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]));
}

/** Header values by name in lower case; repeated headers are joined. */
export function headersByName(headers: RawHeaders): Record<string, string> {
  const byName: Record<string, string> = {};
  for (const [rawName, value] of headerPairs(headers)) {
    const name = rawName.toLowerCase();
    byName[name] = byName[name] === undefined ? value : `${byName[name]}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return byName;
}

/** The headers as pairs of a name and a value. */
export function headerPairs(headers: RawHeaders): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2)
    pairs.push([headers[index] ?? '', headers[index + 1] ?? '']);
  return pairs;
}
