import { readFileSync } from 'node:fs';
import { findPackageJSON, SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const POSITION = /(file:\/\/[^\s()]+):(\d+):(\d+)/g;

/** Our compiled files. A message, which a stack trace begins with, may name any file, and none of those is opened. */
const BUILD_URL = new URL('dist/', pathToFileURL(findPackageJSON(import.meta.url) ?? '/')).href;

const sourceMaps = new Map<string, SourceMap>();

/**
 * Maps the positions in a stack trace to the sources, such as `libs/http/src/cors.ts:12:5`. Positions in files without a
 * source map stay as they are. Node's `--enable-source-maps` would read all maps at start-up (docs/adr/0007-bundle.md).
 */
export function mapStackToSources(stack: string): string {
  return stack.replace(POSITION, (position, url: string, line: string, column: string) => {
    const origin = sourceMapOf(url)?.findOrigin(Number(line), Number(column));
    if (origin === undefined || !('fileName' in origin)) return position;
    return `${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

/** Undefined when the map is missing or unreadable: logging an error must not fail because of its map. */
function sourceMapOf(url: string): SourceMap | undefined {
  try {
    const { href } = new URL(url);
    if (!href.startsWith(BUILD_URL)) return undefined;
    const map = sourceMaps.get(href) ?? new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(href)}.map`, 'utf8')));
    sourceMaps.set(href, map);
    return map;
  } catch {
    return undefined;
  }
}
