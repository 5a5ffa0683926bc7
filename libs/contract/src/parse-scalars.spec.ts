import { describe, expect, it } from 'vitest';
import { parseBoolean, parseInteger } from './coercion.js';

describe('parseInteger', () => {
  it.each([
    ['7', 7n],
    [' 7\t\u00a0', 7n],
    ['\u00857', 7n],
    ['+5', 5n],
    ['05', 5n],
    ['-0', 0n],
    ['1.0', 1n],
    ['1_0.00', 10n],
    ['-99999999999999999999', -99999999999999999999n],
    ['9'.repeat(4300), 10n ** 4300n - 1n],
    ['0'.repeat(5000), 0n],
  ])('%j is %s', (text, value) => {
    expect(parseInteger(text)).toBe(value);
  });

  it.each(['', ' ', '1.5', '1.', '.0', '1e2', '0x10', '٣', '1__0', '_1', '1_', '+-5', '1 0', 'NaN', '\ufeff7'])(
    '%j is no integer',
    (text) => {
      expect(parseInteger(text)).toBe('int_parsing');
    },
  );

  it('has a limit of 4300 digits', () => {
    expect(parseInteger('9'.repeat(4301))).toBe('int_parsing_size');
    expect(parseInteger(`-${'9'.repeat(4301)}`)).toBe('int_parsing_size');
  });
});

describe('parseBoolean', () => {
  it.each(['1', 'on', 't', 'TRUE', 'y', 'yEs'])('%j is true', (text) => {
    expect(parseBoolean(text)).toBe(true);
  });
  it.each(['0', 'off', 'F', 'false', 'n', 'no'])('%j is false', (text) => {
    expect(parseBoolean(text)).toBe(false);
  });
  it.each(['', ' true', '2', '1.0', 'maybe', 'ye\u017f'])('%j is neither', (text) => {
    expect(parseBoolean(text)).toBeUndefined();
  });
});
