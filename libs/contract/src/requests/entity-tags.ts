/** An entity tag of a condition. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3 */
interface EntityTag {
  /** With its double quotes. */
  readonly opaque: string;
  readonly isWeak: boolean;
}

/** An element of the list with the separators around it. Node decodes headers as Latin-1, so obs-text is \x80 to \xff. */
const ELEMENT = /[\t ,]*(W\/)?("[!#-~\x80-\xff]*")[\t ]*(?=,|$)/y;

/** Reads `If-Match` or `If-None-Match`: `any` for `*`, else the tags of its list; undefined if it is not valid. */
export function readEntityTags(header: string): 'any' | readonly EntityTag[] | undefined {
  if (header.trim() === '*') return 'any';
  const tags: EntityTag[] = [];
  let index = 0;
  for (;;) {
    ELEMENT.lastIndex = index;
    const [element, weak, opaque] = ELEMENT.exec(header) ?? [];
    if (element === undefined || opaque === undefined) break;
    tags.push({ opaque, isWeak: weak !== undefined });
    index += element.length;
  }
  return /[^\t ,]/.test(header.slice(index)) ? undefined : tags;
}
