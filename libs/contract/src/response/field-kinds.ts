import { everyItemIs, kindOf, NULL, type RawJson } from '../json/raw-json.js';
import { laxInteger } from '../message/index.js';
import type { OnMisfit } from './body-writer.js';

/** The types that response schemas give to stored values. */
export type FieldKind = 'text' | 'integer' | 'dict' | 'dicts' | 'texts' | 'text or dict';

/** The value as the schema prints it; undefined where it is null or does not fit, which is then reported. */
export function fitted(
  kind: FieldKind,
  field: string,
  raw: RawJson | null | undefined,
  onMisfit: OnMisfit,
): RawJson | undefined {
  if (raw === undefined || raw === null || raw === NULL) return undefined;
  const value = FITTING[kind](raw);
  if (value === undefined) onMisfit(field);
  return value;
}

const FITTING: Record<FieldKind, (raw: RawJson) => RawJson | undefined> = {
  text: (raw) => when(raw, 'string'),
  dict: (raw) => when(raw, 'object'),
  'text or dict': (raw) => when(raw, 'string') ?? when(raw, 'object'),
  dicts: (raw) => listOf(raw, 'object'),
  texts: (raw) => listOf(raw, 'string'),
  integer: laxInteger,
};

function when(raw: RawJson, kind: 'string' | 'object'): RawJson | undefined {
  return kindOf(raw) === kind ? raw : undefined;
}

function listOf(raw: RawJson, kind: 'string' | 'object'): RawJson | undefined {
  return kindOf(raw) === 'array' && everyItemIs(kind, raw) ? raw : undefined;
}
