import { describe, expect, it } from 'vitest';
import { findJsonProblem } from './json-problem';

describe('findJsonProblem', () => {
  it.each([
    '{}',
    ' {"a": [1, -0.5e+10, "x\\u00e9\\n", true, false, null, {}, []]}\n',
    `{"n": 12345678901234567890.10}`,
    `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  ])('accepts what JSON.parse accepts: %.40s', (text) => {
    expect(findJsonProblem(text)).toBeUndefined();
  });

  it.each([
    ['', 1, 1, 'An object'],
    ['[1]', 1, 1, 'An object'],
    ['{"a": 1', 1, 8, 'The text ends before its last }'],
    ['{"a": 1,\n}', 2, 1, 'No comma may stand before }'],
    ['{"a": [1,]}', 1, 10, 'No comma may stand before ]'],
    ['{"a" 1}', 1, 6, 'A colon'],
    ['{\n  a: 1}', 2, 3, 'A key in double quotes'],
    ['{"a": 1 "b": 2}', 1, 9, 'A comma or }'],
    ['{"a": 01}', 1, 7, 'A value'],
    ['{"a": undefined}', 1, 7, 'A value'],
    ['{"a": nullx}', 1, 7, 'A value'],
    ['{"a": "x\n"}', 1, 7, 'This text has no closing quote'],
    ['{"a": "\t"}', 1, 8, 'A tab'],
    ['{"a": "\\x"}', 1, 8, 'This is no escape'],
    ['{"a": 1,\n "\\u0061": 2}', 2, 2, 'This key occurs twice'],
    ['{} {}', 1, 4, 'Nothing may follow'],
  ])('finds the mistake in %j', (text, line, column, message) => {
    expect(findJsonProblem(text)).toMatchObject({ line, column, message: expect.stringContaining(message) });
  });
});
