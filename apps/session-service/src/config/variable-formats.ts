import { isIP } from 'node:net';
import { applyDecorators } from '@nestjs/common';
import { OPEN_ROUTES } from '@session-service/auth';
import { MAX_TIMER_MS } from '@session-service/database';
import { Expose, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  ValidateIf,
  type ValidationOptions,
} from 'class-validator';

/**
 * Fills a property from the environment variable of the same name. An unset variable is valid. All decorators of one
 * variable have the same error message, which names the expected format and never quotes the value.
 */
export function Variable(...decorators: readonly PropertyDecorator[]): PropertyDecorator {
  return applyDecorators(Expose(), IsOptional(), ...decorators);
}

export function AnyString(): PropertyDecorator {
  return Variable(IsString());
}

export function Integer(min: number, max: number): PropertyDecorator {
  return Variable(convert(toInteger), ...isInteger(min, max, mustBe(`a whole number from ${min} to ${max}`)));
}

export function WorkerCount(): PropertyDecorator {
  return Variable(
    ValidateIf((_environment, value) => value !== 'auto'),
    convert(toInteger),
    ...isInteger(1, MAX_WORKERS, mustBe(`a whole number from 1 to ${MAX_WORKERS}, or auto`)),
  );
}

export const MAX_WORKERS = 64;

export function Milliseconds(min: number): PropertyDecorator {
  const message = mustBe(`a whole number from ${min} to ${MAX_TIMER_MS} (milliseconds)`);
  return Variable(convert(toInteger), ...isInteger(min, MAX_TIMER_MS, message));
}

function isInteger(min: number, max: number, message: ValidationOptions): PropertyDecorator[] {
  return [IsInt(message), Min(min, message), Max(max, message)];
}

/** Accepts digits only: `Number` would also accept `0x50`, `1e3` and `1.0`. */
function toInteger(value: string): number | undefined {
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

export function SamplingRatio(): PropertyDecorator {
  const message = mustBe('a number from 0 to 1');
  return Variable(
    convert((value) => (/^\d*\.?\d+$/.test(value) ? Number(value) : undefined)),
    IsNumber({}, message),
    Min(0, message),
    Max(1, message),
  );
}

export function OneOf(words: readonly string[]): PropertyDecorator {
  return Variable(IsIn(words, mustBe(`one of ${words.join(', ')}`)));
}

export function TrueOrFalse(): PropertyDecorator {
  return Variable(
    convert((value) => BOOLEANS.get(value.toLowerCase())),
    IsBoolean(mustBe('true or false')),
  );
}

const BOOLEANS = new Map(
  Object.entries({ true: true, '1': true, yes: true, on: true, false: false, '0': false, no: false, off: false }),
);

/** Accepts pino's levels and Python's names for them: AgentOS and this service often share the variable. */
export function LogLevelName(): PropertyDecorator {
  return Variable(
    convert((value) => PYTHON_LEVELS.get(value.toLowerCase()) ?? value.toLowerCase()),
    IsIn(LOG_LEVELS, mustBe(`one of ${LOG_LEVELS.join(', ')}`)),
  );
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const PYTHON_LEVELS = new Map<string, LogLevel>([
  ['warning', 'warn'],
  ['critical', 'fatal'],
]);

export function SqlIdentifier(): PropertyDecorator {
  const expected = 'a plain SQL name: letters, digits and _, not starting with a digit, at most 63 characters';
  return Variable(Matches(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, mustBe(expected)));
}

export function ListenAddress(): PropertyDecorator {
  return Variable(
    ValidateIf((_environment, value: string) => isIP(value) === 0),
    Matches(HOST_NAME, mustBe('an IP address or host name to listen on')),
  );
}

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;

/** Accepts host names and addresses without ports, and converts them to lower case. */
export function HostList(): PropertyDecorator {
  return listOf(
    (item) => isIP(item) !== 0 || HOST_NAME.test(item),
    'IP addresses or host names without a port, separated by commas',
    (item) => item.toLowerCase(),
  );
}

/** Rejects credentials in the address: they would not be sent, but would be logged. */
export function HttpAddress(): PropertyDecorator {
  return Variable(
    IsUrl(
      {
        protocols: ['http', 'https'],
        require_protocol: true,
        require_tld: false,
        allow_underscores: true,
        allow_trailing_dot: true,
        disallow_auth: true,
        validate_length: false,
      },
      mustBe('an http:// or https:// address without user and password'),
    ),
  );
}

/** A token of RFC 9110 section 5.6.2, as RFC 6265 requires of a cookie name. */
export function CookieName(): PropertyDecorator {
  return Variable(Matches(/^[\w!#$%&'*+.^`|~-]+$/, mustBe('the name of a cookie')));
}

export function StringList(): PropertyDecorator {
  return Variable(convert(toList), IsNotEmpty({ ...mustBe('values separated by commas'), each: true }));
}

/** Accepts a list of route groups, or `none` for the empty list. */
export function OpenRouteList(): PropertyDecorator {
  const message = mustBe(`${OPEN_ROUTES.join(', ')}, both separated by a comma, or none`);
  return Variable(
    convert((value) => (value === 'none' ? [] : toList(value))),
    IsIn(OPEN_ROUTES, { ...message, each: true }),
  );
}

export function ProxyList(): PropertyDecorator {
  const expected = 'IP addresses, CIDR ranges or the names loopback, linklocal, uniquelocal, separated by commas';
  return listOf((item) => PROXY_RANGES.has(item) || isAddressOrRange(item), expected);
}

const PROXY_RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isAddressOrRange(item: string): boolean {
  const [address = '', bits, ...rest] = item.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Accepts origins exactly as browsers send them: in lower case, without a path, a default port or a wildcard. */
export function OriginList(): PropertyDecorator {
  const isOrigin = (item: string) => /^https?:\/\/[^*]+$/.test(item) && URL.parse(item)?.origin === item;
  return listOf(isOrigin, 'origins such as https://chat.example.com, separated by commas, without *');
}

/** A list whose items have no class-validator decorator. A rejected item becomes undefined, which IsString rejects. */
function listOf(
  accepts: (item: string) => boolean,
  expected: string,
  normalize = (item: string) => item,
): PropertyDecorator {
  return Variable(
    convert((value) => toList(value).map((item) => (accepts(item) ? normalize(item) : undefined))),
    IsString({ ...mustBe(expected), each: true }),
  );
}

function toList(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}

/** Converts the string of a variable. A string that cannot be converted stays a string and fails the validation. */
function convert(parse: (value: string) => unknown): PropertyDecorator {
  return Transform(({ value }: { value: string }) => parse(value) ?? value);
}

function mustBe(expected: string): ValidationOptions {
  return { message: `$property must be ${expected}` };
}
