import { twoDigits } from './two-digits.js';

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

export interface UtcOffset {
  /** Negative west of UTC. */
  readonly seconds: number;
  /** Further away from UTC, on either side. */
  readonly microseconds: number;
}

const UTC: UtcOffset = { seconds: 0, microseconds: 0 };
export const MIDNIGHT: TimeOfDay = { hour: 0, minute: 0, second: 0, microsecond: 0 };

/**
 * `HH[:MM[:SS]]` or `HH[MM[SS]]` with a fraction, which is cut to microseconds. Ranges are not checked.
 * Python is less strict when a zone follows: it then overlooks one stray character, or any after six digits of fraction.
 */
export function parseTimeOfDay(text: string, zoneFollows = false): TimeOfDay | undefined {
  const found = /^(\d\d)(?::(\d\d)(?::(\d\d))?|(\d\d)(\d\d)?)?/.exec(text);
  if (found === null) return undefined;
  const seconds = found[3] ?? found[5];
  const clock = { hour: Number(found[1]), minute: Number(found[2] ?? found[4] ?? 0), second: Number(seconds ?? 0) };
  const rest = text.slice(found[0].length);
  if (rest === '') return { ...clock, microsecond: 0 };
  if (rest.length === 1) return zoneFollows && rest <= '\u007f' ? { ...clock, microsecond: 0 } : undefined;
  const digits = fractionDigits(rest, seconds !== undefined, found[2] !== undefined);
  const microsecond = digits === undefined ? undefined : parseFraction(digits, zoneFollows);
  return microsecond === undefined ? undefined : { ...clock, microsecond };
}

/** After the seconds the fraction may also follow a further colon, or in a compact time directly. */
function fractionDigits(rest: string, afterSeconds: boolean, hasColons: boolean): string | undefined {
  if (rest[0] === '.' || rest[0] === ',') return rest.slice(1);
  if (!afterSeconds) return undefined;
  if (!hasColons) return rest;
  return rest[0] === ':' ? rest.slice(1) : undefined;
}

function parseFraction(text: string, zoneFollows: boolean): number | undefined {
  const isWhole = /^\d+$/.test(text);
  if (!isWhole && !(zoneFollows && /^\d{6}/.test(text))) return undefined;
  return Number(text.slice(0, 6).padEnd(6, '0'));
}

/** `Z`, or a sign and a clock of less than 24 hours in total. Less than a second from UTC counts as UTC. */
export function parseOffset(text: string): UtcOffset | undefined {
  if (text[0] === 'Z') return text === 'Z' ? UTC : undefined;
  const clock = parseTimeOfDay(text.slice(1));
  if (clock === undefined) return undefined;
  const sign = text[0] === '-' ? -1 : 1;
  const seconds = clock.hour * 3600 + clock.minute * 60 + clock.second;
  if (seconds === 0) return UTC;
  return seconds < 86_400 ? { seconds: sign * seconds, microseconds: clock.microsecond } : undefined;
}

/** `THH:MM:SS`, with six more digits when there is a fraction. */
export function printTimeOfDay({ hour, minute, second, microsecond }: TimeOfDay): string {
  return `T${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}${printFraction(microsecond)}`;
}

/** `.ffffff`, or nothing for a whole second. */
function printFraction(microseconds: number): string {
  return microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0')}`;
}

export function printOffset(offset: UtcOffset | undefined): string {
  if (offset === undefined) return '';
  const second = Math.abs(offset.seconds) % 60;
  const fraction = printFraction(offset.microseconds);
  return (
    printHoursAndMinutes(offset.seconds) + (second === 0 && fraction === '' ? '' : `:${twoDigits(second)}${fraction}`)
  );
}

/** A distance from UTC in seconds as `+HH:MM` or `-HH:MM`; what is finer is left out. */
export function printHoursAndMinutes(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return `${seconds < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}
