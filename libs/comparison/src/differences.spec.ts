import { describe, expect, it } from 'vitest';
import { jsonDifferences } from './differences.js';
import { maskGeneratedValues } from './generated-values.js';
import { parseJson, printJson } from './json-tree.js';

const NOW = 1_790_000_000;
const SEEDED = '5eed0000-0000-4000-8000-000000000001';
const GENERATED = '0b0e7f5e-5f3c-4e0b-9c0e-2f6b8f0a1c2d';
const periodAt = (seconds: number) => ({ from: seconds, to: seconds + 2 });
const found = (expected: string, actual: string) =>
  jsonDifferences(parseJson(expected), parseJson(actual), periodAt(NOW));

describe('jsonDifferences', () => {
  it.each([
    ['{"a":[1,{"b":null}]}', '{ "a" : [1, {"b": null}] }'],
    ['1e-7', '0.0000001'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['"\\u00e9"', '"é"'],
  ])('treats the JSON values %s and %s as equal', (expected, actual) => expect(found(expected, actual)).toEqual([]));

  it.each([
    ['1', '1.0', '$'],
    ['9007199254740993', '9007199254740992', '$'],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', '$ (order of keys)'],
    ['{"a":null}', '{}', '$.a'],
    ['{}', '{"__proto__":1}', '$.__proto__'],
    ['[1,2]', '[1]', '$[1]'],
    ['{"a":[{"b":"x"}]}', '{"a":[{"b":"y"}]}', '$.a[0].b'],
    ['"1"', '1', '$'],
    ['false', 'null', '$'],
  ])('treats the JSON values %s and %s as different', (expected, actual, path) =>
    expect(found(expected, actual).map((difference) => difference.path)).toEqual([path]),
  );
});

describe('maskGeneratedValues', () => {
  const masked = (json: string) => printJson(maskGeneratedValues(parseJson(json), periodAt(NOW - 500)));

  it('replaces a generated id by a mask that matches every generated id and nothing else', () => {
    const expected = masked(`"${GENERATED}"`);
    expect(found(expected, `"${GENERATED.replace('0', '1')}"`)).toEqual([]);
    expect(found(expected, `"${SEEDED}"`)).toHaveLength(1);
    expect(found(expected, '"x"')).toHaveLength(1);
  });

  it('does not mask the ids of test data', () => expect(masked(`"${SEEDED}"`)).toBe(`"${SEEDED}"`));

  it('replaces the time of the recorded request by a mask that matches only the time of the compared request', () => {
    const expected = masked(`[${NOW - 499}]`);
    expect(found(expected, `[${NOW + 1}]`)).toEqual([]);
    expect(found(expected, `[${NOW - 499}]`)).toHaveLength(1);
  });

  it.each([-6, 8])(
    'accepts a time with an offset of %i s from the start of the request as the current time',
    (seconds) => expect(found('"«now, seconds»"', `${NOW + seconds}`)).toHaveLength(0),
  );

  it.each([-7, 9])(
    'rejects a time with an offset of %i s from the start of the request as the current time',
    (seconds) => expect(found('"«now, seconds»"', `${NOW + seconds}`)).toHaveLength(1),
  );

  it('replaces a long string by a hash that matches only the same string', () => {
    const expected = masked(`"${'x'.repeat(5000)}"`);
    expect(expected.length).toBeLessThan(200);
    expect(found(expected, `"${'x'.repeat(5000)}"`)).toEqual([]);
    expect(found(expected, `"${'x'.repeat(4999)}y"`)).toHaveLength(1);
  });
});
