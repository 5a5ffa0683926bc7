import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, type LoggerOptions, pino } from 'pino';

const currentRequest = new AsyncLocalStorage<string>();

/**
 * Lines are written together, at this size or after this time: a system call for each would cost as much as a query. A
 * pipe keeps what is written at once together up to the second size, so that lines of several workers never mix.
 */
const BUFFER_BYTES = 3_072;
const ATOMIC_BYTES = 4_096;
const FLUSH_INTERVAL_MS = 100;

/**
 * JSON lines on standard output; every line written while a request is served carries that request's id, and of several
 * workers every line says which.
 */
export function createLogger(level: string, worker?: number): Logger {
  const output = pino.destination({ dest: 1, sync: false, minLength: BUFFER_BYTES, maxWrite: ATOMIC_BYTES });
  setInterval(() => output.flush(), FLUSH_INTERVAL_MS).unref();
  const options: LoggerOptions = {
    level,
    base: worker === undefined ? undefined : { worker },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const id = currentRequest.getStore();
      return id === undefined ? {} : { request_id: id };
    },
  };
  return pino(options, output);
}

/** Runs `work`, and everything it starts, in the name of a request. */
export function inRequest(id: string, work: () => void): void {
  currentRequest.run(id, work);
}
