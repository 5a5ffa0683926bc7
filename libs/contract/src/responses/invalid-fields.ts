import { everyItemIs, isPresent, kindOf, type RawJson } from '@session-service/json';
import { laxInteger } from '../coercion.js';

/** Called for each stored field that does not fit its schema. The response prints null for it. */
export type OnInvalidField = (field: string) => void;

/** Limit of field names in the log line: a stored run can have 100,000 invalid fields. */
const MAX_NAMED_FIELDS = 3;

/** The invalid fields of one response, for one line of the log. */
export class InvalidFields {
  private count = 0;
  private readonly first: string[] = [];

  readonly add: OnInvalidField = (field) => {
    this.count++;
    if (this.first.length < MAX_NAMED_FIELDS) this.first.push(field);
  };

  /** For example `4 stored values do not fit and are printed as null: metrics, content, created_at …`. */
  get summary(): string | undefined {
    if (this.count === 0) return undefined;
    const values = this.count === 1 ? 'value does not fit and is' : 'values do not fit and are';
    const rest = this.count > this.first.length ? ' …' : '';
    return `${this.count} stored ${values} printed as null: ${this.first.join(', ')}${rest}`;
  }
}

/** The types that response schemas give to stored values. */
export type FieldKind = 'text' | 'integer' | 'dict' | 'dicts' | 'texts' | 'text or dict';

/** The value as the schema prints it; undefined where it is null or does not fit, which is then reported. */
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

const COERCIONS: Record<FieldKind, (raw: RawJson) => RawJson | undefined> = {
  text: (raw) => ifKind(raw, 'string'),
  dict: (raw) => ifKind(raw, 'object'),
  'text or dict': (raw) => ifKind(raw, 'string') ?? ifKind(raw, 'object'),
  dicts: (raw) => ifListOf(raw, 'object'),
  texts: (raw) => ifListOf(raw, 'string'),
  integer: laxInteger,
};

function ifKind(raw: RawJson, kind: 'string' | 'object'): RawJson | undefined {
  return kindOf(raw) === kind ? raw : undefined;
}

function ifListOf(raw: RawJson, kind: 'string' | 'object'): RawJson | undefined {
  return kindOf(raw) === 'array' && everyItemIs(kind, raw) ? raw : undefined;
}
