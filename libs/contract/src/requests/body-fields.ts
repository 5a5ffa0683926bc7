import {
  EMPTY_OBJECT,
  isPresent,
  kindOf,
  type MemberNames,
  membersOf,
  type RawJson,
  type Steps,
  stringOf,
} from '@session-service/json';
import type { Body } from '../body.js';
import { checkStorable, storableJson, storableString } from '../storable.js';
import {
  echo,
  echoString,
  type IssueLog,
  type Loc,
  missing,
  notADictionary,
  notAModel,
  notAString,
  type ReportIssue,
} from '../validation-issues.js';

/**
 * The body, which must be an object. Anything else is reported.
 *
 * @param whenAbsent whether a request without a body is an error, or as good as `{}`
 */
export function readModel(body: Body, log: IssueLog, whenAbsent: 'missing' | 'empty'): RawJson | undefined {
  if (body.kind === 'json' && kindOf(body.root) === 'object') return body.root;
  if (body.kind === 'json') log.report(notAModel(echo(body.root)));
  else if (body.kind === 'text') log.report(notAModel(echoString(body.text)));
  else if (whenAbsent === 'missing') log.report(missing(['body']));
  return undefined;
}

/** As `readModel`, for models whose members, `names`, are all optional. */
export function readFields(body: Body, names: MemberNames, log: IssueLog, whenAbsent: 'missing' | 'empty'): Fields {
  return new Fields(readModel(body, log, whenAbsent) ?? EMPTY_OBJECT, names, {
    loc: ['body'],
    report: log.report,
    reportUnstorable: log.reportDeviation,
    isUnstorable: body.kind === 'json' && body.isUnstorable,
  });
}

export interface FieldRules {
  /** Where the object stands. */
  readonly loc: Loc;
  /** Takes members of a wrong type. */
  readonly report: ReportIssue;
  /** Takes members that PostgreSQL cannot store. */
  readonly reportUnstorable: ReportIssue;
  /** Whether the body holds anything to be cleaned or refused; when not, that pass is left out. */
  readonly isUnstorable: boolean;
}

/**
 * Reads the optional members of a body object, in the order in which the contract declares them. Absent and null are the
 * same: not given. What does not fit is reported and read as not given.
 */
export class Fields {
  readonly members: ReadonlyMap<string, RawJson>;

  /** @param names the members that will be asked for */
  constructor(
    readonly raw: RawJson,
    private readonly names: MemberNames,
    readonly rules: FieldRules,
  ) {
    this.members = membersOf(raw, names);
  }

  withRules(rules: Partial<FieldRules>): Fields {
    return new Fields(this.raw, this.names, { ...this.rules, ...rules });
  }

  /** A text that is stored as it is, such as an id. */
  id(name: string): string | undefined {
    const text = this.string(name);
    if (text !== undefined && this.rules.isUnstorable) {
      checkStorable(text, () => this.locOf(name), this.rules.reportUnstorable);
    }
    return text;
  }

  /** A text for people: cleaned. */
  cleanedString(name: string): string | undefined {
    const text = this.string(name);
    if (text === undefined || !this.rules.isUnstorable) return text;
    return storableString(text, () => this.locOf(name), this.rules.reportUnstorable);
  }

  /** An object, as sent. */
  object(name: string): RawJson | undefined {
    const raw = this.members.get(name);
    if (!isPresent(raw)) return undefined;
    if (kindOf(raw) === 'object') return raw;
    this.rules.report(notADictionary(this.locOf(name), echo(raw)));
    return undefined;
  }

  /** An object, cleaned. */
  *cleanedObject(name: string): Steps<RawJson | undefined> {
    const raw = this.object(name);
    return raw && (yield* this.cleanedValue(name, raw));
  }

  /** What is stored for a member. */
  *cleanedValue(name: string, raw: RawJson): Steps<RawJson> {
    const { isUnstorable, reportUnstorable } = this.rules;
    yield;
    return isUnstorable ? yield* storableJson(raw, this.locOf(name), reportUnstorable) : raw;
  }

  /** A text, as sent. */
  string(name: string): string | undefined {
    const raw = this.members.get(name);
    if (!isPresent(raw)) return undefined;
    const text = stringOf(raw);
    if (text === undefined) this.rules.report(notAString(this.locOf(name), echo(raw)));
    return text;
  }

  locOf(name: string): Loc {
    return [...this.rules.loc, name];
  }
}
