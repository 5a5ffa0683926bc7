import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const PLACE = /(file:\/\/[^\s()]+):(\d+):(\d+)/g;

const maps = new Map<string, SourceMap | undefined>();

/**
 * A stack trace with places in the sources, such as `libs/http/src/cors.ts:12:5`, instead of places in compiled files.
 * Files without a source map keep theirs. Node's `--enable-source-maps` would do it for every stack trace, and reads all
 * maps at the start for it: 0.07 s of CPU more, where the whole start takes 0.36 s.
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

/** Undefined where there is none: a stack trace must never fail because of its map. */
function readSourceMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
