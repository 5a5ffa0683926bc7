import { describe, expect, it } from 'vitest';
import { asRaw, cooperative, mergePatch, runSync } from './index.js';

const merge = (target: string, patch: string) => runSync(mergePatch(asRaw(target), asRaw(patch)));

/** The algorithm of RFC 7396, section 2, on values. */
function reference(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result = new Map(isObject ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, reference(result.get(name), value));
  }
  return Object.fromEntries(result);
}

describe('mergePatch', () => {
  // The test cases of RFC 7396, appendix A, whose patch is an object.
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b", "b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"e":null, "a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('merges %s with %s into %s', (target, patch, expected) => {
    expect(merge(target, patch)).toBe(expected);
  });

  it.each([
    [
      '{"n": 1.0, "big": 12345678901234567890, "m": [1e400, -0]}',
      '{"x":1}',
      '{"n": 1.0, "big": 12345678901234567890, "m": [1e400, -0], "x":1}',
    ],
    ['{"a": {"n": 1.50, "o": 2}, "z": 0.10}', '{"a":{"o":null}}', '{"a": {"n": 1.50}, "z": 0.10}'],
    ['{ "b" : 1 , "a" : 2 }', '{"c":null}', '{"b" : 1 , "a" : 2}'],
  ])('keeps the text of %s with %s', (target, patch, expected) => {
    expect(merge(target, patch)).toBe(expected);
  });

  it.each([
    [
      '{"__proto__": 1, "constructor": 2, "": 3}',
      '{"__proto__":{"a":1},"":null}',
      '{"__proto__": {"a":1}, "constructor": 2}',
    ],
    ['{"\\u00f6": 1, "a\\"b": 2}', '{"ö":null,"a\\"b":3}', '{"a\\"b": 3}'],
    ['{"a": 1, "b": 0, "a": {"c": 1}}', '{"a":{"c":2}}', '{"a": {"c":2}, "b": 0, "a": {"c": 2}}'],
    ['{"a": 1, "b": 0, "a": 2}', '{"a":null}', '{"b": 0}'],
    [
      '{"s": "}{,:\\\\", "t": ["]", {"a": null}]}',
      '{"u":"\\"{"}',
      '{"s": "}{,:\\\\", "t": ["]", {"a": null}], "u":"\\"{"}',
    ],
    ['"text"', '{}', '{}'],
    ['null', '{"a":{"b":null,"c":[null,{"d":null}]}}', '{"a":{"c":[null,{"d":null}]}}'],
  ])('merges %s with %s into %s', (target, patch, expected) => {
    expect(merge(target, patch)).toBe(expected);
  });

  it('agrees with the algorithm of the RFC on random values', () => {
    let state = 7;
    const random = (limit: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * limit);
    };
    const value = (depth: number): unknown => {
      const kind = random(depth > 3 ? 3 : 6);
      if (kind === 0) return null;
      if (kind === 1) return random(100);
      if (kind === 2) return [null, 'x', { a: null }];
      return object(depth + 1);
    };
    const object = (depth: number) =>
      Object.fromEntries(Array.from({ length: random(5) }, () => ['abcd'.charAt(random(4)), value(depth)]));
    for (let round = 0; round < 2_000; round++) {
      const [target, patch] = [value(0), object(0)];
      const merged = merge(JSON.stringify(target, null, random(2)), JSON.stringify(patch));
      expect(JSON.parse(merged)).toEqual(reference(target, patch));
    }
  });

  it('merges texts nested 200,000 levels deep, and objects of 200,000 members', async () => {
    const deep = (value: string) => `${'{"a":'.repeat(200_000)}${value}${'}'.repeat(200_000)}`;
    expect(await cooperative(mergePatch(asRaw(deep('1')), asRaw(deep('2'))))).toBe(deep('2'));
    expect((await cooperative(mergePatch(asRaw('{}'), asRaw(deep('{"b":null}'))))).length).toBeGreaterThan(1_000_000);
    const wide = (value: string) => `{${Array.from({ length: 200_000 }, (_, n) => `"k${n}":${value}`).join(',')}}`;
    expect(await cooperative(mergePatch(asRaw(wide('1')), asRaw(wide('null'))))).toBe('{}');
    expect(JSON.parse(await cooperative(mergePatch(asRaw('{}'), asRaw(wide('1')))))).toEqual(JSON.parse(wide('1')));
  });
});
