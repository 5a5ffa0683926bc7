import { everyItemIs, isPresent, kindOf, type RawJson } from '@session-service/json';
import { type Coercion, laxInteger, laxObject, laxString } from '../coercion.js';
import { printTimestamp } from '../time/timestamp.js';

/** Called for each stored field that does not match its schema and is therefore printed as null. */
export type OnInvalidField = (field: string) => void;

/** Maximum number of field names in the log line, because a response can have 100,000 invalid fields. */
const MAX_NAMED_FIELDS = 3;

/** Collects the invalid fields of one response for one log line. */
export class InvalidFields {
  private count = 0;
  private readonly first: string[] = [];

  readonly add: OnInvalidField = (field) => {
    this.count++;
    if (this.first.length < MAX_NAMED_FIELDS) this.first.push(field);
  };

  /** The log line, such as `2 stored values do not match the schema and are printed as null: metrics, created_at`. */
  get summary(): string | undefined {
    if (this.count === 0) return undefined;
    const values =
      this.count === 1 ? 'value does not match the schema and is' : 'values do not match the schema and are';
    const rest = this.count > this.first.length ? ' …' : '';
    return `${this.count} stored ${values} printed as null: ${this.first.join(', ')}${rest}`;
  }
}

/** The field types in AgentOS's response schemas. */
export type FieldKind = 'string' | 'integer' | 'dict' | 'dict list' | 'string list' | 'string or dict' | 'timestamp';

/** Converts a stored value for a response. Undefined for null and for an invalid value, which is reported. */
export function coerceField(
  kind: FieldKind,
  field: string,
  raw: RawJson | null | undefined,
  onInvalid: OnInvalidField,
): RawJson | undefined {
  if (!isPresent(raw)) return undefined;
  const value = COERCIONS[kind](raw);
  if (value === undefined) onInvalid(field);
  return value;
}

const COERCIONS: Record<FieldKind, Coercion> = {
  string: laxString,
  integer: laxInteger,
  dict: laxObject,
  'string or dict': (raw) => laxString(raw) ?? laxObject(raw),
  'string list': (raw) => ifListOf(raw, 'string'),
  'dict list': (raw) => ifListOf(raw, 'object'),
  timestamp: printTimestamp,
};

function ifListOf(raw: RawJson, kind: 'string' | 'object'): RawJson | undefined {
  return kindOf(raw) === 'array' && everyItemIs(kind, raw) ? raw : undefined;
}
