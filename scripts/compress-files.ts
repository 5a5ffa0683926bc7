/**
 * Writes a brotli copy beside each text file of a folder, if it is smaller, so that the service need not compress:
 *   node scripts/compress-files.ts dist/explorer
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const TEXT = /\.(html|js|css|svg|json|webmanifest|txt)$/;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node scripts/compress-files.ts FOLDER');
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!TEXT.test(name)) continue;
  const content = readFileSync(join(folder, name));
  const compressed = brotliCompressSync(content);
  if (compressed.length < content.length) writeFileSync(join(folder, `${name}.br`), compressed);
}
