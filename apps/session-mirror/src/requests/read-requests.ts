import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { LIMITS } from '../mirror-limits.js';
import { parseJsonLine, parseTextLine } from './access-log-parser.js';
import { memberAt, stringAt } from './json-member.js';
import { isSafe, parseSessionId, parseTarget, type RequestOrSkip } from './mirror-request.js';

/** Thrown when a file or standard input cannot be read. The message names the source. */
export class UnreadableSource extends Error {}

/**
 * Reads the requests of all files in order: `*.har` is a HAR file, `-` is a log on standard input, other files are logs.
 * Logs may have any size, because they are read line by line.
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

/** @throws SyntaxError when the file is not a HAR file */
async function readHar(file: string): Promise<RequestOrSkip[]> {
  const { size } = await stat(file);
  if (size > LIMITS.maxHarBytes) throw new Error(`larger than ${LIMITS.maxHarBytes / 2 ** 20} MiB`);
  const entries = memberAt(JSON.parse(await readFile(file, 'utf8')), 'log.entries');
  if (!Array.isArray(entries)) throw new SyntaxError('not a HAR file: log.entries is not an array');
  return entries.map(parseHarEntry);
}

async function* readLog(file: string): AsyncGenerator<RequestOrSkip> {
  const stream = file === '-' ? process.stdin.setEncoding('utf8') : createReadStream(file, 'utf8');
  for await (const line of splitLines(stream, LIMITS.maxLineCharacters)) {
    if (line === undefined) yield { skipped: 'a line longer than 1 MiB' };
    else if (line.trim() !== '') yield parseLogLine(line);
  }
}

/** Parses a line of a log. A line that starts with `{` is parsed as JSON, others as text. */
export function parseLogLine(line: string): RequestOrSkip {
  const found = line.trimStart().startsWith('{') ? parseJsonLine(line) : parseTextLine(line);
  const target = found === undefined ? undefined : parseTarget(found.url);
  if (found === undefined || target === undefined) return { skipped: 'no request could be read' };
  return { method: found.method, target, headers: {}, isBodyUnknown: true };
}

/**
 * Splits chunks into lines without line breaks. Yields undefined for a line longer than `limit` characters, which is not
 * kept in memory.
 */
export async function* splitLines(chunks: AsyncIterable<string>, limit: number): AsyncGenerator<string | undefined> {
  let buffered = '';
  let isTooLong = false;
  for await (const chunk of chunks) {
    const [first = '', ...others] = chunk.split('\n');
    buffered = isTooLong ? '' : buffered + first;
    for (const next of others) {
      yield isTooLong || buffered.length > limit ? undefined : buffered.replace(/\r$/, '');
      isTooLong = false;
      buffered = next;
    }
    if (buffered.length > limit) {
      isTooLong = true;
      buffered = '';
    }
  }
  if (isTooLong) yield undefined;
  else if (buffered !== '') yield buffered.replace(/\r$/, '');
}

/**
 * Recorded headers that are replayed. Other headers concern the browser, caches or the connection. `Sec-Fetch-Site` is
 * replayed because the recorded `Origin` differs from the host of the replay, which would make the request cross-site.
 */
const REPLAYED_HEADERS = new Set(['accept', 'authorization', 'content-type', 'cookie', 'origin', 'sec-fetch-site']);

function parseHarEntry(entry: unknown): RequestOrSkip {
  const target = parseTarget(stringAt(entry, 'request.url') ?? '');
  const method = stringAt(entry, 'request.method')?.toUpperCase();
  if (target === undefined || method === undefined) return { skipped: 'no request could be read' };
  const body = stringAt(entry, 'request.postData.text');
  const createdSession = isSafe(method) ? undefined : parseSessionId(stringAt(entry, 'response.content.text'));
  return {
    method,
    target,
    headers: replayedHeaders(memberAt(entry, 'request.headers')),
    ...(body ? { body } : {}),
    ...(createdSession === undefined ? {} : { createdSession }),
  };
}

function replayedHeaders(headers: unknown): Record<string, string> {
  const kept: Record<string, string> = {};
  if (!Array.isArray(headers)) return kept;
  for (const { name, value } of headers as { name?: unknown; value?: unknown }[]) {
    if (typeof name !== 'string' || typeof value !== 'string') continue;
    if (REPLAYED_HEADERS.has(name.toLowerCase())) kept[name.toLowerCase()] = value;
  }
  return kept;
}
