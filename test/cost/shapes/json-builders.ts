import type { Json } from './shape.js';

/** JSON values that a body may hold, less what surrounds a shape. */
export const MAX_VALUES = 990_000;

/** Levels that a body may have, less what surrounds a shape. */
export const MAX_DEPTH = 950;

/** A JSON string of about so many bytes, made of a unit such as `x` or `\\u0416`. */
export function stringOf(unit: string, bytes: number): Json {
  return `"${unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit))))}"`;
}

/**
 * About so many bytes of items, separated by commas, and no more than a body may hold.
 *
 * @param values JSON values in an item, itself included
 */
export function itemsOf(item: Json | ((index: number) => Json), bytes: number, values = 1): readonly Json[] {
  const make = typeof item === 'string' ? () => item : item;
  const most = Math.floor(MAX_VALUES / values);
  const items: Json[] = [];
  for (let index = 0, used = 0; index < most; index++) {
    const next = make(index);
    used += Buffer.byteLength(next) + 1;
    if (used > bytes && index > 0) break;
    items.push(next);
  }
  return items;
}

/** An array of about so many bytes: see `itemsOf`. */
export function arrayOf(item: Json | ((index: number) => Json), bytes: number, values = 1): Json {
  return `[${itemsOf(item, bytes, values).join(',')}]`;
}

/** An object of about so many bytes with the keys `k0`, `k1` … */
export function objectOf(value: Json, bytes: number, values = 1): Json {
  return `{${itemsOf((index) => `"k${index}":${value}`, bytes, values).join(',')}}`;
}

export function nestedArrays(levels: number, inner: Json): Json {
  return `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;
}

export function nestedObjects(levels: number, inner: Json): Json {
  return `${'{"a":'.repeat(levels)}${inner}${'}'.repeat(levels)}`;
}
