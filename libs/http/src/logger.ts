import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, pino } from 'pino';

const currentRequest = new AsyncLocalStorage<string>();

/** JSON lines on standard output; every line written while a request is served carries that request's id. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: undefined,
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const id = currentRequest.getStore();
      return id === undefined ? {} : { request_id: id };
    },
  });
}

/** Runs `work`, and everything it starts, in the name of a request. */
export function inRequest(id: string, work: () => void): void {
  currentRequest.run(id, work);
}
