import { quote } from '@session-service/json';
import { describe, expect, it } from 'vitest';
import { reencodeBase64 } from './media-kinds.js';

describe('reencodeBase64', () => {
  it.each([
    ['aGVsbG8=', 'aGVsbG8='],
    ['aGVs\nbG8=\n', 'aGVsbG8='],
    ['QR==', 'QQ=='],
    ['QQ=x=', 'QQw='],
    ['ab==cd', 'aQ=='],
    ['a=b=c=d', 'abc='],
    ['-_aGVs', 'aGVs'],
  ])('decodes the base64 string %j and encodes it again as %j', (stored, printed) => {
    expect(reencodeBase64(quote(stored))).toBe(quote(printed));
  });

  it.each(['hello', 'grüße', 'QQ='])('encodes the string %j, which is not base64, as content', (stored) => {
    expect(reencodeBase64(quote(stored))).toBe(quote(Buffer.from(stored).toString('base64')));
  });

  it.each(['', '====', '-_- '])('returns undefined for %j, which decodes to zero bytes', (stored) => {
    expect(reencodeBase64(quote(stored))).toBeUndefined();
  });
});
