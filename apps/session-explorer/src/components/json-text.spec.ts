import { describe, expect, it } from 'vitest';
import { contentOf, type JsonValue, memberOf, membersOf, parseJson } from './json-text.js';

describe('parseJson', () => {
  it('keeps the digits of numbers, and the order and repetition of keys', () => {
    const members = membersOf(parsed(' {"b": 1.0, "2": 9007199254740993, "1": -1E+400, "b" :null} '));
    expect(members.map(({ name, value }) => [name, value.text])).toEqual([
      ['b', '1.0'],
      ['2', '9007199254740993'],
      ['1', '-1E+400'],
      ['b', 'null'],
    ]);
    expect(memberOf(parsed('{"b": 1, "b": 2}'), 'b')?.text).toBe('2');
  });

  it('numbers the items of lists', () => {
    const members = membersOf(parsed('[ [1, [2]] ,{"a":"]"}, "x,\\"]" ,true]'));
    expect(members.map(({ name, value }) => [name, value.kind, value.text])).toEqual([
      ['0', 'array', '[1, [2]]'],
      ['1', 'object', '{"a":"]"}'],
      ['2', 'string', '"x,\\"]"'],
      ['3', 'literal', 'true'],
    ]);
  });

  it('reads empty lists and objects, and values that are neither', () => {
    for (const text of ['[]', '{ }', '"a"', '1', 'false']) expect(membersOf(parsed(text))).toEqual([]);
  });

  it('unescapes strings and keys', () => {
    const [member] = membersOf(parsed('{"\\u0041\\"": "\\\\\\n"}'));
    expect(member?.name).toBe('A"');
    expect(member && contentOf(member.value)).toBe('\\\n');
  });

  it('rejects what is not JSON', () => {
    for (const text of ['', '{"a":1', 'NaN', "{'a': 1}", '[1,]']) expect(parseJson(text)).toBeUndefined();
  });

  it('reads nested lists of any depth, and strings of megabytes', () => {
    const depth = 900;
    let value = parsed('['.repeat(depth) + ']'.repeat(depth));
    for (let level = 1; level < depth; level++) value = membersOf(value)[0]?.value ?? value;
    expect(value.text).toBe('[]');
    const long = 'a\\"'.repeat(2_000_000);
    expect(membersOf(parsed(`["${long}", 1]`))[1]?.value.text).toBe('1');
  });
});

function parsed(text: string): JsonValue {
  const value = parseJson(text);
  if (value === undefined) throw new Error(`not JSON: ${text}`);
  return value;
}
