/**
 * The parameters of a raw query string (the text after `?`, `''` for none), read as AgentOS' web server reads it: `&` is
 * the only separator, `+` is a space, a name without `=` has the value `''`, empty pieces are skipped, names are
 * percent-decoded too, and nothing is ever an error.
 */
export class QueryString {
  private readonly names: string[] = [];
  private readonly values: string[] = [];

  constructor(raw: string) {
    if (raw === '') return;
    for (const piece of raw.split('&')) {
      if (piece === '') continue;
      const equals = piece.indexOf('=');
      this.names.push(decodeFormValue(equals === -1 ? piece : piece.slice(0, equals)));
      this.values.push(equals === -1 ? '' : decodeFormValue(piece.slice(equals + 1)));
    }
  }

  /** The value that counts when a parameter is repeated: the last one. */
  last(name: string): string | undefined {
    const at = this.names.lastIndexOf(name);
    return at === -1 ? undefined : this.values[at];
  }

  /** Every value of a parameter, in the order written. */
  all(name: string): string[] {
    return this.values.filter((_, at) => this.names[at] === name);
  }
}

function decodeFormValue(text: string): string {
  return decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/**
 * Percent-decodes as Python's `unquote` does: broken escapes stay as they are, bytes that are no UTF-8 become U+FFFD,
 * `%00` gives NUL, characters outside ASCII pass.
 */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, decodeEscapes);
  }
}

const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function decodeEscapes(escapes: string): string {
  return lenientUtf8.decode(Buffer.from(escapes.replaceAll('%', ''), 'hex'));
}
