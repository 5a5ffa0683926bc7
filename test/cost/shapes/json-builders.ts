import type { Json } from './shape.js';

/** Maximum number of JSON values in a shape: the limit of a body, less the values around the shape. */
export const MAX_VALUES = 990_000;

/** Maximum depth of a shape: the limit of a body, less the levels around the shape. */
export const MAX_DEPTH = 950;

/** A JSON string of about `bytes` bytes that repeats a unit such as `x` or `\\u0416`. */
export function stringOf(unit: string, bytes: number): Json {
  return `"${unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit))))}"`;
}

/**
 * Array items of about `bytes` bytes in total, at most as many as a body may hold.
 *
 * @param values number of JSON values per item, including the item itself
 */
export function itemsOf(item: Json | ((index: number) => Json), bytes: number, values = 1): readonly Json[] {
  const make = typeof item === 'string' ? () => item : item;
  const maxItems = Math.floor(MAX_VALUES / values);
  const items: Json[] = [];
  for (let index = 0, used = 0; index < maxItems; index++) {
    const next = make(index);
    used += Buffer.byteLength(next) + 1;
    if (used > bytes && index > 0) break;
    items.push(next);
  }
  return items;
}

/** An array of about `bytes` bytes: see `itemsOf`. */
export function arrayOf(item: Json | ((index: number) => Json), bytes: number, values = 1): Json {
  return `[${itemsOf(item, bytes, values).join(',')}]`;
}

/** An object of about `bytes` bytes with the keys `k0`, `k1` … */
export function objectOf(value: Json, bytes: number, values = 1): Json {
  return `{${itemsOf((index) => `"k${index}":${value}`, bytes, values).join(',')}}`;
}

export function nestedArrays(levels: number, inner: Json): Json {
  return `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;
}

export function nestedObjects(levels: number, inner: Json): Json {
  return `${'{"a":'.repeat(levels)}${inner}${'}'.repeat(levels)}`;
}
