import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'nestjs-pino';

/** Contexts of the lines that Nest logs at start: about 35, one for every module and route. */
const START_UP_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest passes the context last. */
function isStartUp(params: readonly unknown[]): boolean {
  return START_UP_CONTEXTS.has(String(params.at(-1)));
}

/**
 * The logger of Nest and of the libraries. Nest's own lines at start have level `debug`, also its error about a port that
 * it cannot open: the program prints that one.
 */
export class FrameworkLogger implements LoggerService {
  constructor(private readonly target: Logger) {}

  log(message: unknown, ...params: unknown[]): void {
    if (isStartUp(params)) this.target.debug(message, ...params);
    else this.target.log(message, ...params);
  }

  debug(message: unknown, ...params: unknown[]): void {
    this.target.debug(message, ...params);
  }

  verbose(message: unknown, ...params: unknown[]): void {
    this.target.verbose(message, ...params);
  }

  warn(message: unknown, ...params: unknown[]): void {
    this.target.warn(message, ...params);
  }

  error(message: unknown, ...params: unknown[]): void {
    if (isStartUp(params)) this.target.debug(message, ...params);
    else this.target.error(message, ...params);
  }

  fatal(message: unknown, ...params: unknown[]): void {
    this.target.fatal(message, ...params);
  }
}
