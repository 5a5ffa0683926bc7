import { describe, expect, it } from 'vitest';
import { utf8DecodeError } from './unverified-token.js';

/** Bytes in hex digits, with the message of Python 3.11; undefined for valid UTF-8. */
const DECODE_ERRORS: readonly (readonly [string, string | undefined])[] = [
  ['', undefined],
  ['61c3a4e29c93f09f9880', undefined],
  ['eda080', undefined],
  ['80', "'utf-8' codec can't decode byte 0x80 in position 0: invalid start byte"],
  ['61c0', "'utf-8' codec can't decode byte 0xc0 in position 1: invalid start byte"],
  ['f5', "'utf-8' codec can't decode byte 0xf5 in position 0: invalid start byte"],
  ['c3', "'utf-8' codec can't decode byte 0xc3 in position 0: unexpected end of data"],
  ['c361', "'utf-8' codec can't decode byte 0xc3 in position 0: invalid continuation byte"],
  ['e29c', "'utf-8' codec can't decode bytes in position 0-1: unexpected end of data"],
  ['e29c61', "'utf-8' codec can't decode bytes in position 0-1: invalid continuation byte"],
  ['e08080', "'utf-8' codec can't decode byte 0xe0 in position 0: invalid continuation byte"],
  ['f09f98', "'utf-8' codec can't decode bytes in position 0-2: unexpected end of data"],
  ['f09f9861', "'utf-8' codec can't decode bytes in position 0-2: invalid continuation byte"],
  ['f0808080', "'utf-8' codec can't decode byte 0xf0 in position 0: invalid continuation byte"],
  ['f4908080', "'utf-8' codec can't decode byte 0xf4 in position 0: invalid continuation byte"],
];

describe('utf8DecodeError', () => {
  it.each(DECODE_ERRORS)('returns for the bytes "%s" the error message %j', (hex, expected) => {
    expect(utf8DecodeError(Buffer.from(hex, 'hex'))).toBe(expected);
  });
});
