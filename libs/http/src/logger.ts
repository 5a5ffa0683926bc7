import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, type LoggerOptions, pino } from 'pino';
import { mapStackToSources } from './source-stack.js';

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
