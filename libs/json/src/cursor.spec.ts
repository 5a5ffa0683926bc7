import { describe, expect, it } from 'vitest';
import { entriesOf, itemsOf, MemberNames, membersOf, objectsIn, withMember, withoutMembers } from './cursor.js';
import { asRaw } from './raw-json.js';

const NAMES = new MemberNames(['run_id', 'status']);

describe('membersOf', () => {
  it('returns the members as slices of the text, with the last value of a duplicate key', () => {
    const text = asRaw(' {"a" : {"x\\"}": [1, "]"]}, "b\\u0062":-1.50e3 ,"__proto__": "\\\\", "a": null}'.trim());
    expect([...membersOf(text)]).toEqual([
      ['a', 'null'],
      ['bb', '-1.50e3'],
      ['__proto__', '"\\\\"'],
    ]);
  });

  it.each(['[]', '"text"', '5', 'null', '{}'])('returns no members for the JSON value %s', (text) => {
    expect(membersOf(asRaw(text)).size).toBe(0);
  });

  it('returns the named members of a large object, and omits most other members even when their keys resemble a name', () => {
    const others = Array.from({ length: 10_000 }, (_, index) => `"r${String(index).padStart(5, '0')}":${index}`);
    const members = membersOf(asRaw(`{${others.join(',')},"status":"s","run_id":"r"}`), NAMES);
    expect(members.size).toBeLessThan(100);
    expect([members.get('run_id'), members.get('status')]).toEqual(['"r"', '"s"']);
  });
});

it('itemsOf and objectsIn iterate over the items of an array', () => {
  const text = asRaw('[ 1 , "a,]" ,{"b":[2]}, [] ]');
  expect([...itemsOf(text)]).toEqual(['1', '"a,]"', '{"b":[2]}', '[]']);
  expect(Array.from(objectsIn(text, NAMES), (item) => item?.get('b'))).toEqual([
    undefined,
    undefined,
    '[2]',
    undefined,
  ]);
  expect([...itemsOf(asRaw('{}'))]).toEqual([]);
});

it('entriesOf iterates over all members of an object, including duplicate keys', () => {
  expect([...entriesOf(asRaw('{"a":1,"b":{"c":2},"a":3}'))]).toEqual([
    ['a', '1'],
    ['b', '{"c":2}'],
    ['a', '3'],
  ]);
});

it.each([
  ['{}', '{"sdk":"x"}'],
  ['{ }', '{"sdk":"x"}'],
  ['{"a": 1}', '{"a": 1,"sdk":"x"}'],
  ['{"sdk": {"y": 1}, "a": 1}', '{"sdk":"x", "a": 1}'],
  ['{"a": "sdk", "sdk": null}', '{"a": "sdk", "sdk":"x"}'],
])('withMember adds or replaces the member sdk of %s, giving %s', (text, expected) => {
  expect(withMember(asRaw(text), 'sdk', asRaw('"x"'))).toBe(expected);
});

it.each([
  ['{"a": 1, "run_id": 2, "b": 3}', '{"a": 1,"b": 3}'],
  ['{"run_id": 1, "status": 2}', '{}'],
  ['{"a": 1, "b": 2, "status": 3}', '{"a": 1, "b": 2}'],
  ['{}', '{}'],
])('withoutMembers removes run_id and status from %s, giving %s', (text, expected) => {
  expect(withoutMembers(asRaw(text), NAMES)).toBe(expected);
});
