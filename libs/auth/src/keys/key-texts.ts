/**
 * The keys of one variable: a JSON array of texts, several PEM blocks, or one secret a line. `\n` written out in a PEM, as
 * many deployment tools leave it, is a line end.
 */
export function splitKeys(value: string): readonly string[] {
  const listed = jsonStrings(value);
  if (listed !== undefined) return listed.map(unescapeLineEnds);
  const text = unescapeLineEnds(value);
  const blocks = text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g);
  if (blocks !== null) return blocks;
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function jsonStrings(value: string): readonly string[] | undefined {
  if (!value.trimStart().startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string' && item !== '')
      ? list
      : undefined;
  } catch {
    return undefined;
  }
}

function unescapeLineEnds(text: string): string {
  return text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : text;
}
