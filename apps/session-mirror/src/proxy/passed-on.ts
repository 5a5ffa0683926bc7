/** Headers that are about one connection, and so are never passed on (RFC 9110, 7.6.1). Node does `Expect` itself. */
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

/** Names and values in turn, as they came over the wire: repetition, order and spelling are kept. */
export type RawHeaders = readonly string[];

/** The headers that are passed on: without those of the connection, and without those that `Connection` names. */
export function endToEndHeaders(headers: RawHeaders): string[] {
  const named = headerPairs(headers)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return headerPairs(headers).flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]));
}

/** Headers as one value by name in lower case; repeated ones are joined. */
export function headersByName(headers: RawHeaders): Record<string, string> {
  const byName: Record<string, string> = {};
  for (const [rawName, value] of headerPairs(headers)) {
    const name = rawName.toLowerCase();
    byName[name] = byName[name] === undefined ? value : `${byName[name]}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return byName;
}

function headerPairs(headers: RawHeaders): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at] ?? '', headers[at + 1] ?? '']);
  return pairs;
}
