import { describe, expect, it } from 'vitest';
import { jsonValue } from '../components/json-text';
import { compactJson, formatJson } from './json-format';
import { applyMergePatch, mergePatchOf } from './member-patch';

const patchOf = (before: string, after: string) => mergePatchOf(jsonValue(before), jsonValue(after));
const applied = (target: string, patch: string) => compactJson(applyMergePatch(jsonValue(target), jsonValue(patch)));

describe('mergePatchOf', () => {
  it.each([
    ['{"a": 1, "b": 2}', '{"a":1,"b":3}', '{"b": 3}'],
    ['{"a": 1, "b": 2}', '{"b": 2}', '{"a": null}'],
    ['{"a": {"x": 1, "y": 2}}', '{"a": {"x": 1, "y": 3, "z": {}}}', '{"a": {"y": 3, "z": {}}}'],
    ['{"a": 1.0}', '{"a": 1.00}', '{"a": 1.00}'],
    ['{"a": [1, null]}', '{"a": [2, null]}', '{"a": [2, null]}'],
    ['{"a": null, "b": 1}', '{"a": null, "b": 2}', '{"b": 2}'],
    ['{"a": 1}', '{"a": {"b": {"c": 1}}}', '{"a": {"b": {"c": 1}}}'],
    ['{}', '{"__proto__": 12345678901234567890}', '{"__proto__": 12345678901234567890}'],
    ['null', '{"a": 1}', '{"a": 1}'],
    ['{"a": 1}', '{ "a" : 1 }', '{}'],
  ])('of %s and %s is %s', (before, after, patch) => {
    expect(patchOf(before, after)).toBe(patch);
    expect(applied(before, patch)).toBe(compactJson(after));
  });

  it.each([
    ['{}', '{"a": null}'],
    ['{"a": {}}', '{"a": {"b": null}}'],
    ['{}', '{"a": {"b": null}}'],
  ])('does not exist for a new null: %s to %s', (before, after) => {
    expect(patchOf(before, after)).toBeUndefined();
  });
});

describe('applyMergePatch', () => {
  it('keeps what others have changed elsewhere', () => {
    expect(applied('{"theirs": 1, "deep": {"theirs": 2}}', '{"ours": 1, "deep": {"ours": 2}}')).toBe(
      '{"theirs":1,"deep":{"theirs":2,"ours":2},"ours":1}',
    );
  });
});

describe('formatJson', () => {
  it('changes white space only', () => {
    const text = '{"b":{},"a":[ 1.50,{"x":"{,}\\""} ,[]],"n":-0}';
    const formatted =
      '{\n  "b": {},\n  "a": [\n    1.50,\n    {\n      "x": "{,}\\""\n    },\n    []\n  ],\n  "n": -0\n}';
    expect(formatJson(text)).toBe(formatted);
    expect(compactJson(formatted)).toBe(compactJson(text));
  });

  it('shows hidden characters as escapes', () => {
    expect(formatJson('"\u202eevil"')).toBe('"\\u202eevil"');
  });
});
