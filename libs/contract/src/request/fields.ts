import type { RawJson } from '../json/raw-json.js';
import { type Loc, notADictionary, notAString, type Report } from './issues.js';
import { echo, isGiven, isObject, type JsonNode, type JsonObject, printNode, stringOf } from './json-tree.js';
import { checkStorable, storableNode, storableText } from './storable.js';

export interface FieldRules {
  /** Where the object stands. */
  readonly loc: Loc;
  /** Takes members of a wrong type. */
  readonly report: Report;
  /** Takes members that PostgreSQL cannot store. */
  readonly reportUnstorable: Report;
  /** Whether the body holds anything to be cleaned or refused; when not, that pass is left out. */
  readonly sawUnstorable: boolean;
}

/**
 * Reads the optional members of a body object, in the order in which the contract declares them. Absent and null are the
 * same: not given. What does not fit is reported and read as not given.
 */
export class Fields {
  constructor(
    readonly members: JsonObject,
    readonly rules: FieldRules,
  ) {}

  /** A text that is stored as it is, such as an id. */
  id(name: string): string | undefined {
    const text = this.string(name);
    if (text !== undefined && this.rules.sawUnstorable) {
      checkStorable(text, this.locOf(name), this.rules.reportUnstorable);
    }
    return text;
  }

  /** A text for people: cleaned. */
  text(name: string): string | undefined {
    const text = this.string(name);
    if (text === undefined || !this.rules.sawUnstorable) return text;
    return storableText(text, this.locOf(name), this.rules.reportUnstorable);
  }

  /** An object, as sent. */
  object(name: string): JsonObject | undefined {
    const node = this.members.get(name);
    if (!isGiven(node)) return undefined;
    if (isObject(node)) return node;
    this.rules.report(notADictionary(this.locOf(name), echo(node)));
    return undefined;
  }

  /** An object, cleaned. */
  json(name: string): RawJson | undefined {
    const members = this.object(name);
    return members && this.cleaned(name, members);
  }

  /** The members of an object, to be read one by one. */
  nested(name: string): Fields | undefined {
    const members = this.object(name);
    return members && new Fields(members, { ...this.rules, loc: this.locOf(name) });
  }

  /** What is stored for a member. */
  cleaned(name: string, node: JsonNode): RawJson {
    const { sawUnstorable, reportUnstorable } = this.rules;
    return printNode(sawUnstorable ? storableNode(node, this.locOf(name), reportUnstorable) : node);
  }

  /** A text, as sent. */
  string(name: string): string | undefined {
    const node = this.members.get(name);
    if (!isGiven(node)) return undefined;
    const text = stringOf(node);
    if (text === undefined) this.rules.report(notAString(this.locOf(name), echo(node)));
    return text;
  }

  locOf(name: string): Loc {
    return [...this.rules.loc, name];
  }
}
