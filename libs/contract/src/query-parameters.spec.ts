import { describe, expect, it } from 'vitest';
import { decodePercent, QueryString } from './query-parameters.js';

describe('decodePercent', () => {
  it.each([
    ['plain+text', 'plain+text'],
    ['%C3%A4%20%F0%9F%98%80', 'ä 😀'],
    ['100%', '100%'],
    ['%zz%4', '%zz%4'],
    ['%%41', '%A'],
    ['%ff%41', '\ufffdA'],
    ['%E2%82x', '\ufffdx'],
    ['%ED%A0%80', '\ufffd\ufffd\ufffd'],
    ['%EF%BB%BFa', '\ufeffa'],
    ['a%00b', 'a\0b'],
    ['é%C3%A9', 'éé'],
  ])('decodes the percent-encoded string %j to %j', (raw, decoded) => {
    expect(decodePercent(raw)).toBe(decoded);
  });
});

describe('QueryString', () => {
  it.each([
    ['', undefined],
    ['a', ''],
    ['a=', ''],
    ['a=1&a=2', '2'],
    ['&&a=x+y&', 'x y'],
    ['a=b=c', 'b=c'],
    ['a=1;b=2', '1;b=2'],
    ['%61=%2B', '+'],
    ['a[]=1', undefined],
    ['A=1', undefined],
  ])('returns the last value of `a` in %j: %j', (raw, value) => {
    expect(new QueryString(raw).last('a')).toBe(value);
  });

  it('returns all values of a repeated parameter', () => {
    expect(new QueryString('s=1&t=2&s=&s').all('s')).toEqual(['1', '', '']);
  });
});
