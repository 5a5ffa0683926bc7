import { decodeRunCursor, encodeRunCursor } from '@session-service/contract';
import type { PageRange } from '@session-service/storage';

/** A page before a cursor reads up to eight ranges while others add runs, and may look for ids. */
const MAX_RANGES = 9;

/** Proxies reject response headers that are longer than 4 KB. */
const MAX_LENGTH = 2_048;

const RANGE = /^(asc|desc):(\d{1,18})(?:\+(\d{1,18})|:([\w-]+))?$/;

/**
 * The ranges of a page as they are in its ETag, separated by dots: `desc:21` for the last 21 runs, `asc:20+40` for 20 after the
 * first 40, `asc:12:CURSOR` for 12 after a position. Undefined if that is too long, since an id may have any length.
 */
export function encodeRanges(ranges: readonly PageRange[]): string | undefined {
  const text = ranges.map(encodeRange).join('.');
  return text.length > MAX_LENGTH ? undefined : text;
}

function encodeRange(range: PageRange): string {
  if (range === 'all') return range;
  const { order, start, count } = range;
  if (start === 'first') return `${order}:${count}`;
  if ('offset' in start) return `${order}:${count}+${start.offset}`;
  return `${order}:${count}:${encodeRunCursor({ digest: '', position: start })}`;
}

/**
 * Undefined if the text is not one of ranges. They need not be ours: they are read with the conditions of the request, and the
 * digest of the ETag covers them.
 */
export function decodeRanges(text: string): readonly PageRange[] | undefined {
  const parts = text.length > MAX_LENGTH ? [] : text.split('.');
  const ranges = parts.map(decodeRange).filter((range) => range !== undefined);
  return ranges.length === 0 || ranges.length < parts.length || ranges.length > MAX_RANGES ? undefined : ranges;
}

function decodeRange(text: string): PageRange | undefined {
  if (text === 'all') return text;
  const [, direction, count = '', offset, cursor] = RANGE.exec(text) ?? [];
  if (direction === undefined) return undefined;
  const range = { order: direction === 'asc' ? 'asc' : 'desc', count: BigInt(count) } as const;
  if (offset !== undefined) return { ...range, start: { offset: BigInt(offset) } };
  if (cursor === undefined) return { ...range, start: 'first' };
  const position = (decodeRunCursor(cursor, 'asc') ?? decodeRunCursor(cursor, 'desc'))?.position;
  return position && { ...range, start: position };
}
