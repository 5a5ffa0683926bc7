/** Bytes that do not fit their encoding. */
export class InvalidEncoding extends Error {}

/**
 * The text of a JSON body: UTF-8, UTF-16 or UTF-32 in either byte order, recognised by a byte order mark or, as the first
 * character of JSON is ASCII, by the zero bytes about it. What the content type says about a charset does not count.
 *
 * @throws UnreadableText where the bytes do not fit the encoding
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoderFor(bytes)(bytes);
  } catch {
    throw new InvalidEncoding();
  }
}

type Decoder = (bytes: Uint8Array) => string;

const utf8 = textDecoder('utf-8');
const utf16le = textDecoder('utf-16le');
const utf16be = textDecoder('utf-16be');
const utf32le: Decoder = (bytes) => decodeUtf32(bytes, true);
const utf32be: Decoder = (bytes) => decodeUtf32(bytes, false);

function decoderFor(bytes: Uint8Array): Decoder {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  const size = bytes.length;
  if (first === 0xff && second === 0xfe) return size >= 4 && third === 0 && fourth === 0 ? utf32le : utf16le;
  if (first === 0xfe && second === 0xff) return utf16be;
  if (size >= 4 && first === 0) return second === 0 ? utf32be : utf16be;
  if (size >= 4 && second === 0) return third === 0 && fourth === 0 ? utf32le : utf16le;
  if (size === 2 && first === 0) return utf16be;
  if (size === 2 && second === 0) return utf16le;
  return utf8;
}

/** Drops one byte order mark. */
function textDecoder(encoding: string): Decoder {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (bytes) => decoder.decode(bytes);
}

function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  if (bytes.length % 4 !== 0) throw new InvalidEncoding();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += UTF32_CHUNK_BYTES) {
    const codes: number[] = [];
    for (let at = start; at < Math.min(start + UTF32_CHUNK_BYTES, bytes.length); at += 4)
      codes.push(view.getUint32(at, littleEndian));
    parts.push(String.fromCodePoint(...codes));
  }
  const text = parts.join('');
  if (!text.isWellFormed()) throw new InvalidEncoding();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Bytes that are decoded at a time: one character at a time would make a chain of millions of texts. */
const UTF32_CHUNK_BYTES = 32_768;
