import { problem } from '../http-problem.js';
import { readEntityTags } from './entity-tags.js';

/** The condition of a request with `If-Match`: any existing session, or one whose current ETag is in the set. */
export type IfMatch = 'any' | ReadonlySet<string>;

/**
 * Reads `If-Match`. Weak tags never match, since the comparison is strong.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 *
 * @returns undefined without the header
 * @throws HttpProblem 400 for a header that is not valid: to ignore a condition could overwrite another client's change
 */
export function parseIfMatch(header: string | undefined): IfMatch | undefined {
  if (header === undefined) return undefined;
  const tags = readEntityTags(header);
  if (tags === undefined) throw problem(400, 'The If-Match header must be * or a list of entity tags in double quotes');
  return tags === 'any' ? tags : new Set(tags.filter(({ isWeak }) => !isWeak).map(({ opaque }) => opaque));
}
