import { type RawJson, stringOf } from '@agno/json';

/** Python's `int(value)` of a claim, as near as a JavaScript number comes; undefined where Python raises an error. */
export function pythonInt(raw: RawJson): number | undefined {
  if (raw === 'true') return 1;
  if (raw === 'false') return 0;
  const text = stringOf(raw);
  if (text !== undefined) return PYTHON_INTEGER.test(text) ? Number(text.trim().replaceAll('_', '')) : undefined;
  const number = Math.trunc(Number(raw));
  return Number.isFinite(number) || /^-?\d+$/.test(raw) ? number : undefined;
}

const PYTHON_INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;
