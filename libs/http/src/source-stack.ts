import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const PLACE = /(file:\/\/[^\s()]+):(\d+):(\d+)/g;

const maps = new Map<string, SourceMap | undefined>();

/**
 * Maps the positions in a stack trace to the sources, such as `libs/http/src/cors.ts:12:5`. Positions in files without a
 * source map stay as they are. Node's `--enable-source-maps` would read all maps at start-up (docs/adr/0007-bundle.md).
 */
export function sourceStack(stack: string): string {
  return stack.replace(PLACE, (place, url: string, line: string, column: string) => {
    const origin = sourceMapOf(url)?.findOrigin(Number(line), Number(column));
    if (origin === undefined || !('fileName' in origin)) return place;
    return `${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

function sourceMapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) maps.set(url, readSourceMap(url));
  return maps.get(url);
}

/** Undefined when the map is missing or unreadable: logging an error must not fail because of its map. */
function readSourceMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
