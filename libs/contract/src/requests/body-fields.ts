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
 * Returns the body if it is an object; reports it otherwise.
 *
 * @param whenAbsent 'missing': a request without a body is reported; 'empty': it is accepted
 */
export function readModel(body: Body, log: IssueLog, whenAbsent: 'missing' | 'empty'): RawJson | undefined {
  if (body.kind === 'json' && kindOf(body.root) === 'object') return body.root;
  if (body.kind === 'json') log.report(notAModel(echo(body.root)));
  else if (body.kind === 'text') log.report(notAModel(echoString(body.text)));
  else if (whenAbsent === 'missing') log.report(missing(['body']));
  return undefined;
}

/** Reads an object whose members are all optional. Any other body counts as `{}` after `readModel` has reported it. */
export function readFields(body: Body, names: MemberNames, log: IssueLog, whenAbsent: 'missing' | 'empty'): Fields {
  return new Fields(readModel(body, log, whenAbsent) ?? EMPTY_OBJECT, names, {
    loc: ['body'],
    report: log.report,
    reportUnstorable: log.reportDeviation,
    isUnstorable: body.kind === 'json' && body.isUnstorable,
  });
}

interface FieldRules {
  /** Location of the object in the request. */
  readonly loc: Loc;
  /** Called for each member of a wrong type. */
  readonly report: ReportIssue;
  /** Called for each member that PostgreSQL cannot store. */
  readonly reportUnstorable: ReportIssue;
  /** False if no member needs cleaning or rejection, which is usual: the members are then not scanned again. */
  readonly isUnstorable: boolean;
}

/**
 * Reads the optional members of a body object. Call the methods in the order in which the contract declares the
 * members. Null counts as absent; an invalid member is reported and counts as absent.
 */
export class Fields {
  readonly members: ReadonlyMap<string, RawJson>;

  /** @param names the members that will be read */
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

  /** A string that is stored unchanged. Characters that PostgreSQL cannot store are reported. */
  id(name: string): string | undefined {
    const id = this.string(name);
    if (id !== undefined && this.rules.isUnstorable) {
      checkStorable(id, () => this.locOf(name), this.rules.reportUnstorable);
    }
    return id;
  }

  /** A string without the control characters that AgentOS removes: see `storableString`. */
  cleanedString(name: string): string | undefined {
    const value = this.string(name);
    if (value === undefined || !this.rules.isUnstorable) return value;
    return storableString(value, () => this.locOf(name), this.rules.reportUnstorable);
  }

  /** An object as the client sent it. */
  object(name: string): RawJson | undefined {
    const raw = this.members.get(name);
    if (!isPresent(raw)) return undefined;
    if (kindOf(raw) === 'object') return raw;
    this.rules.report(notADictionary(this.locOf(name), echo(raw)));
    return undefined;
  }

  /** An object whose strings are cleaned: see `cleanString`. */
  *cleanedObject(name: string): Steps<RawJson | undefined> {
    const raw = this.object(name);
    return raw && (yield* this.cleanedValue(name, raw));
  }

  /** The value of a member, with its strings cleaned: see `cleanString`. */
  *cleanedValue(name: string, raw: RawJson): Steps<RawJson> {
    const { isUnstorable, reportUnstorable } = this.rules;
    yield;
    return isUnstorable ? yield* storableJson(raw, this.locOf(name), reportUnstorable) : raw;
  }

  /** A string as the client sent it. */
  string(name: string): string | undefined {
    const raw = this.members.get(name);
    if (!isPresent(raw)) return undefined;
    const value = stringOf(raw);
    if (value === undefined) this.rules.report(notAString(this.locOf(name), echo(raw)));
    return value;
  }

  locOf(name: string): Loc {
    return [...this.rules.loc, name];
  }
}
