import type { PageRange } from '@session-service/storage';
import { describe, expect, it } from 'vitest';
import { decodeRanges, encodeRanges } from './page-ranges.js';

const RANGES: readonly PageRange[] = [
  { order: 'desc', start: 'first', count: 21n },
  { order: 'asc', start: { offset: 40n }, count: 20n },
  { order: 'asc', start: { layout: 'table', order: 'desc', key: ['7', null, 'run "ü".1'] }, count: 1n },
  { order: 'desc', start: { layout: 'mixed', order: 'asc', entries: [['3', '-12']] }, count: 0n },
  'all',
];

describe('the ranges of an ETag', () => {
  it('are printed without characters that end or split a tag, and read again', () => {
    const text = encodeRanges(RANGES) ?? '';
    expect(text).toMatch(/^desc:21\.asc:20\+40\.asc:1:[\w-]+\.desc:0:[\w-]+\.all$/);
    expect(decodeRanges(text)).toEqual(RANGES);
  });

  it('are not printed if an id makes them too long for a header', () => {
    const start = { layout: 'table', order: 'asc', key: ['1', '1', 'x'.repeat(2_000)] } as const;
    expect(encodeRanges([{ order: 'asc', start, count: 1n }])).toBeUndefined();
  });

  it.each([
    '',
    '.',
    'all.',
    'asc',
    'asc:',
    'asc:-1',
    'up:1',
    'asc:1+',
    'asc:1:',
    'asc:1:abc',
    `asc:${'9'.repeat(19)}`,
    `asc:1+${'9'.repeat(19)}`,
    'asc:1+2:abc',
    Array(10).fill('all').join('.'),
    `asc:1:${'a'.repeat(3_000)}`,
  ])('are not read from %j', (text) => {
    expect(decodeRanges(text)).toBeUndefined();
  });
});
