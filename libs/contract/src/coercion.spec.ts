import { asRaw } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { laxBoolean, laxFloat, laxInteger, parseBoolean, parseInteger } from './coercion.js';

describe('laxInteger', () => {
  it.each([
    ['12', '12'],
    ['-0', '0'],
    ['12.0', '12'],
    ['1e3', '1000'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['true', '1'],
    ['" 012 "', '12'],
    ['"-1_000.00"', '-1000'],
    ['"-0"', '0'],
  ])('converts the JSON value %s to the integer %s', (raw, printed) => {
    expect(laxInteger(asRaw(raw))).toBe(printed);
  });

  it.each([
    '12.5',
    '1e19',
    '"12.5"',
    '"1e3"',
    '"1__0"',
    '"12."',
    '"٣"',
    '""',
    'null',
    '[]',
    '{}',
    `"${'9'.repeat(4301)}"`,
  ])('rejects the JSON value %s', (raw) => {
    expect(laxInteger(asRaw(raw))).toBeUndefined();
  });
});

describe('laxFloat', () => {
  it.each([
    ['5', '5.0'],
    ['1.50', '1.5'],
    ['0.0000001', '1e-7'],
    ['123456789012345678901234567890', '1.2345678901234568e+29'],
    ['false', '0.0'],
    ['" 1_0.5 "', '10.5'],
    ['".5"', '0.5'],
    ['"12."', '12.0'],
    ['"1e5"', '100000.0'],
  ])('converts the JSON value %s to the float %s', (raw, printed) => {
    expect(laxFloat(asRaw(raw))).toBe(printed);
  });

  it.each(['"."', '"1__0"', '"0x1"', '"inf"', '"nan"', '""', 'null', '[]'])('rejects the JSON value %s', (raw) => {
    expect(laxFloat(asRaw(raw))).toBeUndefined();
  });
});

describe('laxInteger and laxFloat', () => {
  it.each(['0'.repeat(300_000), '1'.repeat(300_000), `1${' '.repeat(300_000)}`, '1_'.repeat(150_000)])(
    'reject a string of 300,000 characters without quadratic backtracking',
    (start) => {
      expect(laxInteger(asRaw(`"${start}x"`))).toBeUndefined();
      expect(laxFloat(asRaw(`"${start}x"`))).toBeUndefined();
    },
  );
});

describe('laxBoolean', () => {
  it.each([
    ['true', 'true'],
    ['1', 'true'],
    ['0.0', 'false'],
    ['"YES"', 'true'],
    ['"off"', 'false'],
  ])('converts the JSON value %s to the boolean %s', (raw, printed) => {
    expect(laxBoolean(asRaw(raw))).toBe(printed);
  });

  it.each(['2', '" true"', '"1.0"', '""', 'null', '[]'])('rejects the JSON value %s', (raw) => {
    expect(laxBoolean(asRaw(raw))).toBeUndefined();
  });
});

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
  ])('parses the string %j as %s', (value, expected) => {
    expect(parseInteger(value)).toBe(expected);
  });

  it.each(['', ' ', '1.5', '1.', '.0', '1e2', '0x10', '٣', '1__0', '_1', '1_', '+-5', '1 0', 'NaN', '\ufeff7'])(
    'rejects the string %j',
    (value) => {
      expect(parseInteger(value)).toBe('int_parsing');
    },
  );

  it('returns int_parsing_size for more than 4300 digits', () => {
    expect(parseInteger('9'.repeat(4301))).toBe('int_parsing_size');
    expect(parseInteger(`-${'9'.repeat(4301)}`)).toBe('int_parsing_size');
  });
});

describe('parseBoolean', () => {
  it.each(['1', 'on', 't', 'TRUE', 'y', 'yEs'])('parses the string %j as true', (value) => {
    expect(parseBoolean(value)).toBe(true);
  });
  it.each(['0', 'off', 'F', 'false', 'n', 'no'])('parses the string %j as false', (value) => {
    expect(parseBoolean(value)).toBe(false);
  });
  it.each(['', ' true', '2', '1.0', 'maybe', 'ye\u017f'])('rejects the string %j', (value) => {
    expect(parseBoolean(value)).toBeUndefined();
  });
});
