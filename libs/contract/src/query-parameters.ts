import { quote } from '@session-service/json';
import { parseBoolean, parseInteger } from './coercion.js';
import {
  type IssueLog,
  notABoolean,
  notAnInteger,
  type ReportIssue,
  tooManyDigits,
  tooSmall,
  wrongChoice,
} from './validation-issues.js';

/**
 * Reads typed query parameters and reports invalid ones. Call the methods in the order in which the contract declares
 * the parameters: a 422 lists its issues in that order.
 */
export class QueryReader {
  private readonly query: QueryString;

  constructor(
    raw: string | QueryString,
    private readonly log: IssueLog,
    private readonly report: ReportIssue = log.report,
  ) {
    this.query = typeof raw === 'string' ? new QueryString(raw) : raw;
  }

  /** Reads the parameters of the same query that AgentOS ignores. Their issues are deviations. */
  forAdditions(): QueryReader {
    return new QueryReader(this.query, this.log, this.log.reportDeviation);
  }

  /** The decoded value, which may be empty; undefined if the parameter is absent. */
  string(name: string): string | undefined {
    return this.query.last(name);
  }

  /** `db_id` or `table`: an empty value counts as absent. */
  reference(name: 'db_id' | 'table'): string | undefined {
    return this.query.last(name) || undefined;
  }

  /** All values of a repeatable parameter. */
  strings(name: string): string[] {
    return this.query.all(name);
  }

  /** The parameters whose names begin with `prefix`, without it, in the order of the query string. */
  withPrefix(prefix: string): [name: string, value: string][] {
    return this.query.withPrefix(prefix);
  }

  /** One of `choices`, compared case-sensitively. Any other value, even an empty one, is reported. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.query.last(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.report(wrongChoice(['query', name], choices, quote(value)));
    return found;
  }

  /** The different values of a parameter that may be repeated, and may contain several values separated by commas. */
  choices<T extends string>(name: string, choices: readonly T[]): T[] {
    const chosen = new Set<T>();
    for (const value of this.query.all(name).flatMap((text) => text.split(','))) {
      const text = value.trim();
      const found = choices.find((choice) => choice === text);
      if (found !== undefined) chosen.add(found);
      else if (text !== '') this.report(wrongChoice(['query', name], choices, quote(text)));
    }
    return [...chosen];
  }

  /** An integer of any size; reported if it is below `ge`. */
  integer(name: string, ge?: bigint): bigint | undefined {
    const value = this.query.last(name);
    if (value === undefined) return undefined;
    const loc = ['query', name];
    const integer = parseInteger(value);
    if (integer === 'int_parsing') this.report(notAnInteger(loc, quote(value)));
    else if (integer === 'int_parsing_size') this.report(tooManyDigits(loc, quote(value)));
    else if (ge !== undefined && integer < ge) this.report(tooSmall(loc, ge, quote(value)));
    else return integer;
    return undefined;
  }

  /** A boolean parameter; `whenAbsent` when absent. */
  flag(name: string, whenAbsent = false): boolean {
    const value = this.query.last(name);
    if (value === undefined) return whenAbsent;
    const flag = parseBoolean(value);
    if (flag === undefined) this.report(notABoolean(['query', name], quote(value)));
    return flag ?? false;
  }
}

/**
 * The parameters of a raw query string (the text after `?`), parsed like AgentOS's web server: `&` is the only
 * separator, `+` is a space, a name without `=` has the value `''`, empty parts are skipped, names and values are
 * percent-decoded, and no string is rejected.
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

  /** The last value of a parameter. */
  last(name: string): string | undefined {
    const index = this.names.lastIndexOf(name);
    return index === -1 ? undefined : this.values[index];
  }

  /** All values of a parameter, in the order of the query string. */
  all(name: string): string[] {
    return this.values.filter((_, index) => this.names[index] === name);
  }

  /** The parameters whose names begin with `prefix`, without it, in the order of the query string. */
  withPrefix(prefix: string): [name: string, value: string][] {
    const found: [name: string, value: string][] = [];
    this.names.forEach((name, index) => {
      if (name.startsWith(prefix)) found.push([name.slice(prefix.length), this.values[index] ?? '']);
    });
    return found;
  }
}

function decodeFormValue(value: string): string {
  return decodePercent(value.includes('+') ? value.replaceAll('+', ' ') : value);
}

/**
 * Percent-decodes like Python's `unquote`: malformed escapes stay unchanged, bytes that are not UTF-8 become U+FFFD,
 * `%00` gives NUL, and non-ASCII characters are kept.
 */
export function decodePercent(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value.replace(/(?:%[0-9a-f]{2})+/gi, decodeEscapes);
  }
}

const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function decodeEscapes(escapes: string): string {
  return lenientUtf8.decode(Buffer.from(escapes.replaceAll('%', ''), 'hex'));
}
