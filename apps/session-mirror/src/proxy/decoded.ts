import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '../limits.js';

type Decoder = (body: Uint8Array, options: { maxOutputLength: number }) => Buffer;

const DECODERS = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflateSync],
  ['zstd', zstdDecompressSync],
]);

/** The text of a body that may be compressed. One that cannot be read is no text: it equals no other. */
export function decoded(body: Uint8Array, encoding: string | undefined): string {
  const decode = encoding === undefined ? undefined : DECODERS.get(encoding.toLowerCase());
  try {
    const bytes =
      decode === undefined || body.length === 0 ? body : decode(body, { maxOutputLength: LIMITS.answerBytes });
    return Buffer.from(bytes).toString('utf8');
  } catch {
    return '(a body that cannot be decompressed)';
  }
}
