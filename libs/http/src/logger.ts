import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { findPackageJSON, SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Logger, type LoggerOptions, pino } from 'pino';

/** What every line says that is logged while a request is served. */
export interface LogContext {
  readonly request_id: string;
  /** Of the request's trace, where it is traced. */
  readonly trace_id?: string;
  readonly span_id?: string;
}

const logContext = new AsyncLocalStorage<LogContext>();

/**
 * Lines are written together, at this size or after this time: a system call for each would cost as much as a query. A
 * pipe keeps what is written at once together up to the second size, so that lines of several workers never mix.
 */
const BUFFER_BYTES = 3_072;
const PIPE_BUF_BYTES = 4_096;
const FLUSH_INTERVAL_MS = 100;

/**
 * JSON lines on standard output; every line written while a request is served carries that request's ids, and of several
 * workers every line says which.
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
    // Always a new object: pino adds the line's own fields to it.
    mixin: () => ({ ...logContext.getStore() }),
  };
  return pino(options, output);
}

/** Of an error no more than this: PostgreSQL's quote the row that they are about. */
function serializeError(error: Error) {
  const { type, message, code, stack } = pino.stdSerializers.err(error);
  return { type, message, code, stack: stack && mapStackToSources(stack) };
}

/** Runs `work`, and everything it starts, in the name of a request. */
export function runWithLogContext(fields: LogContext, work: () => void): void {
  logContext.run(fields, work);
}

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
