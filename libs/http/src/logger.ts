import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { findPackageJSON, SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Logger, type LoggerOptions, pino } from 'pino';

/** Fields of every log line of a request. `openRequest` creates it empty; hooks and interceptors add the ids. */
export interface LogContext {
  request_id?: string;
  /** `trace_id` and `span_id` are present if the request is traced. */
  trace_id?: string;
  span_id?: string;
}

const logContext = new AsyncLocalStorage<LogContext>();

/**
 * Lines are written when BUFFER_BYTES have accumulated, or after FLUSH_INTERVAL_MS: one system call per line would cost
 * as much as a query. Writes to a pipe are atomic up to PIPE_BUF bytes (POSIX), so lines of several workers do not mix.
 */
const BUFFER_BYTES = 3_072;
const PIPE_BUF_BYTES = 4_096;
const FLUSH_INTERVAL_MS = 100;

/**
 * Writes JSON lines to standard output. Lines that belong to a request carry its ids.
 *
 * @param worker index of this worker process, a field of each line; undefined without workers
 */
export function createLogger(level: string, worker?: number): Logger {
  const output = pino.destination({ dest: 1, sync: false, minLength: BUFFER_BYTES, maxWrite: PIPE_BUF_BYTES });
  setInterval(() => output.flush(), FLUSH_INTERVAL_MS).unref();
  const options: LoggerOptions = {
    level,
    base: worker === undefined ? undefined : { worker },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: serializeError },
    formatters: { level: (label) => ({ level: label }) },
    // Returns a copy, because pino adds the line's own fields to the object.
    mixin: () => ({ ...logContext.getStore() }),
    hooks: { streamWrite: escapeInvisible },
  };
  return pino(options, output);
}

/** Characters that JSON.stringify does not escape, but that alter the output of a terminal: control codes, separators, marks of direction. */
const INVISIBLE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const EACH_INVISIBLE = new RegExp(INVISIBLE, 'g');

/** Ids of sessions may contain any character, and operators read logs in terminals. */
function escapeInvisible(line: string): string {
  // A replacement by a function costs a call of V8's runtime even without a match.
  if (!INVISIBLE.test(line)) return line;
  return line.replace(EACH_INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Logs only these members of an error: others can quote row values, such as `detail` of a PostgreSQL error. */
function serializeError(error: Error) {
  const { type, message, code, stack } = pino.stdSerializers.err(error);
  return { type, message, code, stack: stack && mapStackToSources(stack) };
}

/** Runs `work`. Every line that it logs, also asynchronously, carries the fields of `context`. */
export function runWithLogContext(context: LogContext, work: () => void): void {
  logContext.run(context, work);
}

const POSITION = /(file:\/\/[^\s()]+):(\d+):(\d+)/g;

/** Source maps are read below this URL only: a stack trace starts with the error's message, which may name any file. */
const BUILD_URL = new URL('dist/', pathToFileURL(findPackageJSON(import.meta.url) ?? '/')).href;

const sourceMaps = new Map<string, SourceMap>();

/**
 * Maps the positions in a stack trace to the sources, such as `libs/http/src/cors.ts:12:5`. Positions in files without
 * a source map stay as they are. Node's `--enable-source-maps` would read all maps at start (docs/adr/0007-bundle.md).
 */
function mapStackToSources(stack: string): string {
  return stack.replace(POSITION, (position, url: string, line: string, column: string) => {
    const origin = sourceMapOf(url)?.findOrigin(Number(line), Number(column));
    if (origin === undefined || !('fileName' in origin)) return position;
    return `${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

/** The source map of a file; undefined if it is missing or unreadable, because logging an error must not fail. */
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
