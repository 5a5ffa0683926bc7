import { asRaw } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { laxBoolean, laxFloat, laxInteger } from './coercion.js';

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
  ])('takes %s as %s', (raw, printed) => {
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
  ])('refuses %s', (raw) => {
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
  ])('takes %s as %s', (raw, printed) => {
    expect(laxFloat(asRaw(raw))).toBe(printed);
  });

  it.each(['"."', '"1__0"', '"0x1"', '"inf"', '"nan"', '""', 'null', '[]'])('refuses %s', (raw) => {
    expect(laxFloat(asRaw(raw))).toBeUndefined();
  });
});

describe('a long text that is no number', () => {
  it.each(['0'.repeat(300_000), '1'.repeat(300_000), `1${' '.repeat(300_000)}`, '1_'.repeat(150_000)])(
    'takes no longer than a short one',
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
  ])('takes %s as %s', (raw, printed) => {
    expect(laxBoolean(asRaw(raw))).toBe(printed);
  });

  it.each(['2', '" true"', '"1.0"', '""', 'null', '[]'])('refuses %s', (raw) => {
    expect(laxBoolean(asRaw(raw))).toBeUndefined();
  });
});
