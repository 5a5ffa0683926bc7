import { describe, expect, it } from 'vitest';
import { runSync } from './cooperative.js';
import { dumps, dumpsIndented, pythonRepr } from './python-format.js';
import { asRaw, quote } from './raw-json.js';

const LIMIT = 1_000;
const print = (json: string, limit = LIMIT) => runSync(dumps(asRaw(json), limit));

describe('dumps', () => {
  it.each([
    ['{"a": [1, 2.50, -0, 1e-7], "b":{}, "c": []}', '{"a": [1, 2.5, 0, 1e-07], "b": {}, "c": []}'],
    ['["ö", "\\"\\\\\\n", "😀", "\u007f"]', '["\\u00f6", "\\"\\\\\\n", "\\ud83d\\ude00", "\\u007f"]'],
    ['"text"', '"text"'],
    ['true', 'true'],
    ['null', 'null'],
  ])('prints the JSON text %s as %s', (text, printed) => {
    expect(print(text)).toBe(printed);
  });

  it('cuts the output after the limit and appends an ellipsis', () => {
    expect(print('[1, 2, 3, 4]', 12)).toBe('[1, 2, 3, 4]');
    expect(print('[1, 2, 3, 4]', 11)).toBe('[1, 2, 3, 4…');
    expect(print(`["${'x'.repeat(9_999)}"]`, 5)).toBe('["xxx…');
    expect(print(`["${'ж'.repeat(9_999)}"]`, 8)).toBe('["\\u0436…');
  });

  it.each([
    ['["abc", "de', '["abc", "d"…'],
    ['["abc", "d\\u00', '["abc", "d"…'],
    ['["abc", "d\\', '["abc", "d"…'],
    ['["abc", "d\\"', '["abc", "d"…'],
    ['["abc", 12', '["abc"…'],
    ['{"abc": 1, "d', '{"abc": 1…'],
    ['{"abc"', '{…'],
    ['[[1', '[[…'],
  ])('prints the truncated JSON text %s as %s', (text, printed) => {
    expect(print(text)).toBe(printed);
  });
});

describe('dumpsIndented', () => {
  it('breaks and indents lines as Python does with indent=2', () => {
    const text = asRaw('{"a":[1,{"b":null}],"c":{},"d":[]}');
    expect(runSync(dumpsIndented(text, LIMIT))).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {},\n  "d": []\n}',
    );
  });

  it('prints values nested 100,000 levels deep up to the limit', () => {
    const text = asRaw('['.repeat(100_000) + ']'.repeat(100_000));
    const printed = runSync(dumpsIndented(text, 100_000));
    expect(printed).toHaveLength(100_001);
    expect(printed.startsWith('[\n  [\n    [')).toBe(true);
  });
});

describe('pythonRepr', () => {
  it.each([
    ['[true, false, null, 1.0]', '[True, False, None, 1.0]'],
    [
      '{"a": "it\'s", "b": "say \\"hi\\"", "c": "both \' and \\""}',
      `{'a': "it's", 'b': 'say "hi"', 'c': 'both \\' and "'}`,
    ],
    [quote('\u0001\n\u00a0é😀\u200b'), "'\\x01\\n\\xa0é😀\\u200b'"],
  ])('prints the JSON text %s as %s', (text, printed) => {
    expect(runSync(pythonRepr(asRaw(text), LIMIT))).toBe(printed);
  });

  it('counts the limit in code points, not in UTF-16 code units', () => {
    expect(runSync(pythonRepr(quote('😀😀😀'), 5))).toBe("'😀😀😀'");
    expect(runSync(pythonRepr(quote('😀😀😀'), 3))).toBe("'😀😀…");
  });
});
