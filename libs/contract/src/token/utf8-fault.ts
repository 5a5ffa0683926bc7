/**
 * What Python's UTF-8 codec says of the first bytes that are not UTF-8; undefined when all are. Encoded surrogates count
 * as characters, as they do in `json.loads`.
 */
export function utf8DecodeError(bytes: Uint8Array): string | undefined {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] ?? 0);
    if (length === 0) return decodeErrorMessage(bytes, at, at + 1, 'invalid start byte');
    for (let next = 1; next < length; next++) {
      if (at + next >= bytes.length) return decodeErrorMessage(bytes, at, bytes.length, 'unexpected end of data');
      if (!isContinuationByte(bytes, at, next))
        return decodeErrorMessage(bytes, at, at + next, 'invalid continuation byte');
    }
    at += length;
  }
  return undefined;
}

/** How many bytes a character has that begins with this one; 0 when none begins so. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** Whether the byte can stand where it stands: the second one also rules out overlong forms and what is beyond U+10FFFF. */
function isContinuationByte(bytes: Uint8Array, start: number, next: number): boolean {
  const first = bytes[start] ?? 0;
  const byte = bytes[start + next] ?? 0;
  const least = next === 1 ? (MIN_SECOND_BYTE.get(first) ?? 0x80) : 0x80;
  const most = next === 1 && first === 0xf4 ? 0x8f : 0xbf;
  return byte >= least && byte <= most;
}

const MIN_SECOND_BYTE = new Map([
  [0xe0, 0xa0],
  [0xf0, 0x90],
]);

function decodeErrorMessage(bytes: Uint8Array, start: number, end: number, reason: string): string {
  const first = (bytes[start] ?? 0).toString(16).padStart(2, '0');
  const place = end - start === 1 ? `byte 0x${first} in position ${start}` : `bytes in position ${start}-${end - 1}`;
  return `'utf-8' codec can't decode ${place}: ${reason}`;
}
