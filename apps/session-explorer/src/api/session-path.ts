import { isIdInQuery } from '@session-service/session-client';

/** Values of a query. Those that are undefined are left out. */
export type QueryValues = Readonly<Record<string, string | undefined>>;

/**
 * The path of a session or of a part of it, for requests of texts and for curl.
 *
 * @param parts segments after the id, for example `runs` and the id of a run
 */
export function sessionPath(id: string, parts: readonly string[], values: QueryValues): string {
  // Ids that a path cannot contain are in the query: docs/api-sessions.md.
  const isInQuery = isIdInQuery(id);
  const segments = ['sessions', isInQuery ? '-' : id, ...parts].map(encodedSegment);
  const query = new URLSearchParams(isInQuery ? { id } : {});
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.append(name, value);
  // Commas separate values of a parameter, and are easier to read than their escapes.
  const text = query.toString().replaceAll('%2C', ',');
  return `/${segments.join('/')}${text === '' ? '' : `?${text}`}`;
}

/** `encodeURIComponent` leaves apostrophes, which would end the quotes of a shell command. */
function encodedSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll("'", '%27');
}

/**
 * A command that sends the same request.
 *
 * @param needsToken names the variable of the shell that holds the token; the token itself must not get into commands
 */
export function curlCommand(path: string, needsToken: boolean): string {
  const header = needsToken ? ' -H "Authorization: Bearer $TOKEN"' : '';
  return `curl -s '${new URL(path, location.origin).href}'${header}`;
}
