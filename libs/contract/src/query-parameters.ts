import { quote } from '@session-service/json';
import { parseBoolean, parseInteger } from './coercion.js';
import { type IssueLog, notABoolean, notAnInteger, tooManyDigits, tooSmall, wrongChoice } from './validation-issues.js';

/**
 * Reads typed query parameters and reports what does not fit. Read them in the order in which the contract declares them:
 * the issues of a 422 follow it.
 */
export class QueryReader {
  private readonly query: QueryString;

  constructor(
    raw: string,
    private readonly log: IssueLog,
  ) {
    this.query = new QueryString(raw);
  }

  /** A text as it is, also when empty. */
  string(name: string): string | undefined {
    return this.query.last(name);
  }

  /** `db_id` and `table`: empty counts as absent. */
  reference(name: 'db_id' | 'table'): string | undefined {
    return this.query.last(name) || undefined;
  }

  /** All values of a repeatable parameter. */
  strings(name: string): string[] {
    return this.query.all(name);
  }

  /** One of `choices`, case and all; `''` is none of them. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.query.last(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) this.log.report(wrongChoice(['query', name], choices, quote(text)));
    return found;
  }

  /** An integer of any size, not below `ge`. */
  integer(name: string, ge?: bigint): bigint | undefined {
    const text = this.query.last(name);
    if (text === undefined) return undefined;
    const loc = ['query', name];
    const value = parseInteger(text);
    if (value === 'int_parsing') this.log.report(notAnInteger(loc, quote(text)));
    else if (value === 'int_parsing_size') this.log.report(tooManyDigits(loc, quote(text)));
    else if (ge !== undefined && value < ge) this.log.report(tooSmall(loc, ge, quote(text)));
    else return value;
    return undefined;
  }

  /** A boolean that is false when absent. */
  flag(name: string): boolean {
    const text = this.query.last(name);
    if (text === undefined) return false;
    const value = parseBoolean(text);
    if (value === undefined) this.log.report(notABoolean(['query', name], quote(text)));
    return value ?? false;
  }
}

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
