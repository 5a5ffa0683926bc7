const COMPARED_HEADERS = ['content-type', 'allow', 'location', 'www-authenticate', 'vary'];
const UNORDERED_HEADERS = new Set(['allow', 'vary', 'access-control-allow-methods', 'access-control-allow-headers']);

/** The headers that a client acts on, values normalised where their order means nothing. Names are in lower case. */
export function comparedHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, given] of Object.entries(headers).sort()) {
    if (given === undefined || !(COMPARED_HEADERS.includes(name) || name.startsWith('access-control-'))) continue;
    kept[name] = normalisedHeader(name, String(given));
  }
  return kept;
}

function normalisedHeader(name: string, text: string): string {
  if (name === 'content-type') return text.toLowerCase();
  if (!UNORDERED_HEADERS.has(name)) return text;
  const items = text.split(',').map((item) => item.trim().toLowerCase());
  return items.sort().join(', ');
}
