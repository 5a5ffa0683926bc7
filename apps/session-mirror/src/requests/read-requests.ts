import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { LIMITS } from '../limits.js';
import { parseHar } from './har.js';
import { parseJsonLine } from './json-log.js';
import { splitLines } from './lines.js';
import type { RequestOrSkip } from './mirror-request.js';
import { parseTarget } from './target.js';
import { parseTextLine } from './text-log.js';

/** A source cannot be read. The message names it. */
export class UnreadableSource extends Error {}

/**
 * Everything that files hold of requests, in their order: `*.har` is a HAR file, `-` is a log on standard input, others
 * are logs. A log may be of any size: it is read line by line.
 *
 * @throws UnreadableSource
 */
export async function* readRequests(files: readonly string[]): AsyncGenerator<RequestOrSkip> {
  for (const file of files) {
    try {
      if (file.endsWith('.har')) yield* await readHar(file);
      else yield* readLog(file);
    } catch (error) {
      throw new UnreadableSource(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function readHar(file: string): Promise<RequestOrSkip[]> {
  const { size } = await stat(file);
  if (size > LIMITS.maxHarBytes) throw new Error(`larger than ${LIMITS.maxHarBytes / 2 ** 20} MiB`);
  return parseHar(await readFile(file, 'utf8'));
}

async function* readLog(file: string): AsyncGenerator<RequestOrSkip> {
  const stream = file === '-' ? process.stdin.setEncoding('utf8') : createReadStream(file, 'utf8');
  for await (const line of splitLines(stream, LIMITS.maxLineCharacters)) {
    if (line === undefined) yield { skipped: 'a line beyond 1 MiB' };
    else if (line.trim() !== '') yield parseLogLine(line);
  }
}

/** A line of a log of either kind: each line is taken for what it looks like. */
export function parseLogLine(line: string): RequestOrSkip {
  const found = line.trimStart().startsWith('{') ? parseJsonLine(line) : parseTextLine(line);
  const target = found === undefined ? undefined : parseTarget(found.url);
  if (found === undefined || target === undefined) return { skipped: 'no request could be read' };
  return { method: found.method, target, headers: {}, isBodyUnknown: true };
}
