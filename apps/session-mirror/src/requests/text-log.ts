/** The request line in quotation marks, with `\"` inside it where a server escapes so. */
const REQUEST_LINE = /"([A-Z]+) ((?:[^"\\]|\\.)+?)(?: HTTP\/\d(?:\.\d)?)?"/;

/** The request in a line of the common or combined log format (nginx, Apache, uvicorn); undefined where there is none. */
export function parseTextLine(line: string): { method: string; url: string } | undefined {
  const found = REQUEST_LINE.exec(line);
  if (found === null) return undefined;
  const [, method = '', url = ''] = found;
  return { method, url: unescapeUrl(url) };
}

/** nginx and Apache write what is no printable ASCII, quotation marks and backslashes as `\xHH`. */
function unescapeUrl(url: string): string {
  return url
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => percentEncode(String.fromCharCode(Number.parseInt(hex, 16))))
    .replace(/\\(.)/g, '$1');
}

/** A character that a target cannot hold goes percent-encoded; it did so over the wire or as that very byte. */
function percentEncode(character: string): string {
  return /[!-~]/.test(character)
    ? character
    : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
