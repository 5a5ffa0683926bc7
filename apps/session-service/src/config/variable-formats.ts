import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { applyDecorators } from '@nestjs/common';
import { OPEN_ROUTES, type OpenRoute } from '@session-service/auth';
import { Expose, Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { LOG_LEVELS, type LogLevel } from './service-config.js';

/** How one kind of variable is read. */
export interface VariableFormat<T> {
  /** Completes the sentence "NAME must be …". */
  readonly expected: string;
  /** The value, or undefined for text that is not of this kind. */
  readonly parse: (text: string) => T | undefined;
}

/** A property filled from the environment variable of its name. Unreadable text is a validation error, never a default. */
export function Variable<T>(format: VariableFormat<T>): PropertyDecorator {
  return applyDecorators(
    Expose(),
    Transform(({ value }: { value: string }) => format.parse(value) ?? INVALID),
    ValidateBy({
      name: 'isReadable',
      validator: {
        validate: (value) => value !== INVALID,
        defaultMessage: (subject) => `${subject?.property} must be ${format.expected}`,
      },
    }),
  );
}

const INVALID = Symbol('unreadable');

/** Text as it stands; what it means is judged elsewhere. */
export const anyString: VariableFormat<string> = { expected: 'text', parse: (text) => text };

export function wholeNumber(min: number, max: number): VariableFormat<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    parse: (text) => (/^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined),
  };
}

/** Processes; `auto` for as many as there are processors. */
export const workerCount: VariableFormat<number> = {
  expected: 'a whole number from 1 to 64, or auto',
  parse: (text) => (text === 'auto' ? availableParallelism() : wholeNumber(1, 64).parse(text)),
};

/** Milliseconds that a Node timer can wait. */
export function milliseconds(min: number): VariableFormat<number> {
  const { expected, parse } = wholeNumber(min, 2 ** 31 - 1);
  return { expected: `${expected} (milliseconds)`, parse };
}

/** One of a few words, written as they are. */
export function oneOf<T extends string>(words: readonly T[]): VariableFormat<T> {
  return { expected: `one of ${words.join(', ')}`, parse: (text) => words.find((word) => word === text) };
}

export const trueOrFalse: VariableFormat<boolean> = {
  expected: 'true or false',
  parse: (text) => FLAGS.get(text.toLowerCase()),
};

export const identifier: VariableFormat<string> = {
  expected: 'a plain SQL name: letters, digits and _, not starting with a digit, at most 63 characters',
  parse: (text) => (/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(text) ? text : undefined),
};

/** pino's levels and Python's names for them, in any case: one LOG_LEVEL often serves both processes. */
export const logLevel: VariableFormat<LogLevel> = {
  expected: `one of ${LOG_LEVELS.join(', ')}`,
  parse: (text) => {
    const name = text.toLowerCase();
    return PYTHON_LEVELS.get(name) ?? LOG_LEVELS.find((level) => level === name);
  },
};

export const listenAddress: VariableFormat<string> = {
  expected: 'an IP address or host name to listen on',
  parse: (text) => (isIP(text) !== 0 || HOST_NAME.test(text) ? text : undefined),
};

/** Without a user and password: they could not be sent, and would be in the log with the address. */
export const webAddress: VariableFormat<URL> = {
  expected: 'an http:// or https:// address without user and password',
  parse: (text) => {
    const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
    return url === null || url.username + url.password !== '' ? undefined : url;
  },
};

export const cookieName: VariableFormat<string> = {
  expected: 'the name of a cookie',
  parse: (text) => (/^[\w!#$%&'*+.^`|~-]+$/.test(text) ? text : undefined),
};

export const stringList = listOf('texts separated by commas', (item) => item !== '');

/** `none` leaves nothing open. */
export const openRoutes: VariableFormat<readonly OpenRoute[]> = {
  expected: `${OPEN_ROUTES.join(', ')}, both separated by a comma, or none`,
  parse: (text) => {
    if (text === 'none') return [];
    const routes = text.split(',').map((item) => OPEN_ROUTES.find((route) => route === item.trim()));
    return routes.every((route) => route !== undefined) ? routes : undefined;
  },
};

export const proxies = listOf(
  'IP addresses, CIDR ranges or the names loopback, linklocal, uniquelocal, separated by commas',
  (item) => PROXY_RANGES.has(item) || isAddressOrRange(item),
);

export const origins = listOf('origins such as https://chat.example.com, separated by commas', isOrigin);

function listOf(expected: string, accepts: (item: string) => boolean): VariableFormat<readonly string[]> {
  return {
    expected,
    parse: (text) => {
      const items = text.split(',').map((item) => item.trim());
      return items.every(accepts) ? items : undefined;
    },
  };
}

function isAddressOrRange(item: string): boolean {
  const [address = '', bits, ...rest] = item.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function isOrigin(item: string): boolean {
  return /^https?:\/\//.test(item) && URL.canParse(item) && new URL(item).origin === item;
}

const FLAGS = new Map(
  Object.entries({ true: true, '1': true, yes: true, on: true, false: false, '0': false, no: false, off: false }),
);
const PYTHON_LEVELS = new Map<string, LogLevel>([
  ['warning', 'warn'],
  ['critical', 'fatal'],
]);
const PROXY_RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;
