import { readEntityTags } from './entity-tags.js';

/** The condition of a request with `If-None-Match`: no response at all, or none with one of these ETags. */
export type IfNoneMatch = 'any' | ReadonlySet<string>;

/**
 * Reads `If-None-Match`. Tags lose their `W/`, since the comparison is weak. A header that is not valid matches nothing:
 * the client then gets the response.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 *
 * @returns undefined without the header
 */
export function parseIfNoneMatch(header: string | undefined): IfNoneMatch | undefined {
  if (header === undefined) return undefined;
  const tags = readEntityTags(header);
  return tags === 'any' ? tags : new Set(tags?.map(({ opaque }) => opaque));
}
