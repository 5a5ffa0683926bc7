import { problem } from '../http-problem.js';

/** The condition of a request with `If-Match`: any existing session, or one whose current ETag is in the set. */
export type IfMatch = 'any' | ReadonlySet<string>;

/** An element of the list with the separators around it. Node decodes headers as Latin-1, so obs-text is \x80 to \xff. */
const ELEMENT = /[\t ,]*(W\/)?("[!#-~\x80-\xff]*")[\t ]*(?=,|$)/y;

/**
 * Reads `If-Match`. Weak tags never match, since the comparison is strong.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 *
 * @returns undefined without the header
 * @throws HttpProblem 400 for a header that is not valid: to ignore a condition could overwrite another client's change
 */
export function parseIfMatch(header: string | undefined): IfMatch | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  const tags = new Set<string>();
  let index = 0;
  for (;;) {
    ELEMENT.lastIndex = index;
    const [element, weak, tag] = ELEMENT.exec(header) ?? [];
    if (element === undefined || tag === undefined) break;
    if (weak === undefined) tags.add(tag);
    index += element.length;
  }
  if (/[^\t ,]/.test(header.slice(index))) {
    throw problem(400, 'The If-Match header must be * or a list of entity tags in double quotes');
  }
  return tags;
}
