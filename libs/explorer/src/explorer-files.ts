import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

/** Files of other types are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Suffix of the compressed copies that `scripts/compress-files.ts` writes. */
const BROTLI_SUFFIX = '.br';

/** One form of a file. Each form has its own strong ETag: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3 */
interface FileContent {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** A file of the built explorer. */
export interface ExplorerFile {
  readonly type: string;
  /** True if the name contains a hash of the content, so that it never changes. */
  readonly isImmutable: boolean;
  readonly plain: FileContent;
  /** Undefined if compression does not make the file smaller. */
  readonly brotli: FileContent | undefined;
}

/**
 * Reads the files that `vite build` has written. They are kept in memory, a few hundred kilobytes, so that no request
 * opens a file and no path of a request can leave the folder.
 *
 * @returns the files by their path below the folder, with `/`; undefined if the explorer is not built
 */
export function loadExplorerFiles(folder: string): ReadonlyMap<string, ExplorerFile> | undefined {
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const known = paths.filter((path) => extname(path) in TYPES);
  return new Map(known.map((path) => [path.replaceAll(sep, '/'), loadFile(folder, path)]));
}

function loadFile(folder: string, path: string): ExplorerFile {
  const file = join(folder, path);
  return {
    type: TYPES[extname(path)] ?? '',
    // Vite puts files with hashed names into this folder.
    isImmutable: path.startsWith(`assets${sep}`),
    plain: contentOf(file),
    brotli: existsSync(file + BROTLI_SUFFIX) ? contentOf(file + BROTLI_SUFFIX) : undefined,
  };
}

function contentOf(file: string): FileContent {
  const bytes = readFileSync(file);
  return { bytes, etag: `"${hash('sha256', bytes, 'base64url')}"` };
}
