import { type JsonNode, stringOf } from '../request/json-tree.js';

/** Python's `int(value)` of a claim, as near as a JavaScript number comes; undefined where Python raises an error. */
export function pythonInt(node: JsonNode): number | undefined {
  if (typeof node !== 'string') return undefined;
  if (node === 'true') return 1;
  if (node === 'false') return 0;
  const text = stringOf(node);
  if (text !== undefined) return INTEGER.test(text) ? Number(text.trim().replaceAll('_', '')) : undefined;
  const number = Math.trunc(Number(node));
  return Number.isFinite(number) || /^-?\d+$/.test(node) ? number : undefined;
}

const INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;
