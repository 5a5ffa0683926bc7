import { quote } from '@agno/json';
import { parseBoolean } from './boolean.js';
import { parseInteger } from './integer.js';
import { type IssueLog, notABoolean, notAnInteger, tooManyDigits, tooSmall, wrongChoice } from './issues.js';
import { QueryString } from './query-string.js';

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
