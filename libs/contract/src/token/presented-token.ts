/** Where a token is looked for. */
export const TOKEN_SOURCES = ['header', 'cookie', 'both'] as const;
export type TokenSource = (typeof TOKEN_SOURCES)[number];

/** The token of an `Authorization` header: after `Bearer ` in any case, or bare; undefined when there is none. */
export function headerToken(authorization: string | undefined): string | undefined {
  const token = authorization?.replace(/^bearer /i, '').trim();
  return token || undefined;
}

/** The token that a cookie of this name carries. */
export function cookieToken(cookies: string | undefined, name: string): string | undefined {
  for (const pair of cookies?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name)
      return unquoteCookieValue(pair.slice(equals + 1)) || undefined;
  }
  return undefined;
}

/** What a 401 says when no token was sent: each way of taking tokens has its own words. */
export function missingTokenMessage(source: TokenSource, cookieName: string): string {
  switch (source) {
    case 'header':
      return 'Authorization header missing';
    case 'cookie':
      return `JWT cookie '${cookieName}' missing`;
    case 'both':
      return `JWT token missing from both Authorization header and '${cookieName}' cookie`;
  }
}

function unquoteCookieValue(value: string): string {
  return value
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
}
