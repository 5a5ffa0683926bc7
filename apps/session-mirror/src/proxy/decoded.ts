import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '../limits.js';

type Decompressor = (body: Uint8Array, options: { maxOutputLength: number }) => Buffer;

const DECOMPRESSORS = new Map<string, Decompressor>([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflateSync],
  ['zstd', zstdDecompressSync],
]);

/** The text of a body that may be compressed. One that cannot be read is no text: it equals no other. */
export function decodeBody(body: Uint8Array, encoding: string | undefined): string {
  const decode = encoding === undefined ? undefined : DECOMPRESSORS.get(encoding.toLowerCase());
  try {
    const bytes =
      decode === undefined || body.length === 0 ? body : decode(body, { maxOutputLength: LIMITS.maxResponseBytes });
    return Buffer.from(bytes).toString('utf8');
  } catch {
    return '(a body that cannot be decompressed)';
  }
}
