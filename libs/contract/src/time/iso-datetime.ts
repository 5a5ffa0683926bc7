/**
 * Port of Python 3.11's `datetime.fromisoformat` and `isoformat`. AgentOS passes stored and submitted ISO strings
 * through both, so the formats that they accept, including the odd ones, are part of the contract.
 * https://docs.python.org/3.11/library/datetime.html#datetime.datetime.fromisoformat
 */

/** A date with a time of day, and its UTC offset if the string contains one. */
export interface IsoDatetime extends CivilDate {
  readonly timeOfDay: TimeOfDay;
  /** Undefined if the string contains no offset. */
  readonly offset?: UtcOffset;
}

/** `datetime.fromisoformat(value).isoformat()`; undefined where Python raises ValueError. */
export function reprintIsoDatetime(value: string): string | undefined {
  const datetime = parseIsoDatetime(value);
  return datetime && printDate(datetime) + printTimeOfDay(datetime.timeOfDay) + printOffset(datetime.offset);
}

/** `datetime.fromisoformat(value)`; undefined where Python raises ValueError. */
export function parseIsoDatetime(value: string): IsoDatetime | undefined {
  const dateEnd = endOfDate(value);
  const date = parseDate(value.slice(0, dateEnd));
  if (date === undefined) return undefined;
  if (value.length === dateEnd) return { ...date, timeOfDay: MIDNIGHT };

  // Any single code point may separate date and time.
  const time = value.slice(dateEnd).replace(/^./su, '');

  const offsetStart = time.search(/[+\-Z]/);
  const timeOfDay = offsetStart === -1 ? parseTimeOfDay(time) : parseTimeOfDay(time.slice(0, offsetStart), true);
  if (timeOfDay === undefined || timeOfDay.hour > 23 || timeOfDay.minute > 59 || timeOfDay.second > 59)
    return undefined;
  if (offsetStart === -1) return { ...date, timeOfDay };

  const offset = parseOffset(time.slice(offsetStart));
  return offset && { ...date, timeOfDay, offset };
}

/** A day of the proleptic Gregorian calendar, years 1 to 9999. */
interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Prints a date as `YYYY-MM-DD`. */
export function printDate({ year, month, day }: CivilDate): string {
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** The index of the separator between date and time, which depends on the format of the date. */
function endOfDate(value: string): number {
  if (value[4] === '-') return value[5] === 'W' ? endOfDashedWeek(value) : 10;
  return value[4] === 'W' ? endOfCompactWeek(value) : 8;
}

/** `YYYY-Www-d` ends at 10, `YYYY-Www` at 8. In `YYYY-Www-HH` the dash is the separator and the digits are the hour. */
function endOfDashedWeek(value: string): number {
  return value[8] === '-' && !/^\d/.test(value.slice(10)) ? 10 : 8;
}

/** A time has an even number of digits, so the parity of all digits distinguishes `YYYYWww` from `YYYYWwwd`. */
function endOfCompactWeek(value: string): number {
  const digitsEnd = 7 + (/^\d*/.exec(value.slice(7))?.[0].length ?? 0);
  if (digitsEnd < 9) return digitsEnd;
  return digitsEnd % 2 === 0 ? 7 : 8;
}

function parseDate(value: string): CivilDate | undefined {
  const week = /^(\d{4})(?:-W(\d\d)(?:-(\d))?|W(\d\d)(\d)?)$/.exec(value);
  if (week) return dateOfWeek(Number(week[1]), Number(week[2] ?? week[4]), Number(week[3] ?? week[5] ?? 1));
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(value) ?? [];
  const [, year, month, day] = parts.map(Number);
  if (year === undefined || month === undefined || day === undefined || year === 0) return undefined;
  const last = lastDayOfMonth(year, month);
  return day >= 1 && day <= last ? { year, month, day } : undefined;
}

function lastDayOfMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month >= 1 && month <= 12 ? 30 + ((month + (month >> 3)) % 2) : 0;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const DAY_MS = 86_400_000;

function dateOfWeek(year: number, week: number, day: number): CivilDate | undefined {
  if (year === 0 || week < 1 || week > weeksOfYear(year) || day < 1 || day > 7) return undefined;
  // ISO 8601: 4 January is always in week 1.
  const fourth = utcDate(year, 1, 4);
  const firstMonday = fourth.getTime() - isoWeekday(fourth) * DAY_MS;
  const date = new Date(firstMonday + ((week - 1) * 7 + day - 1) * DAY_MS);
  const civil = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return civil.year <= 9999 ? civil : undefined;
}

function weeksOfYear(year: number): 52 | 53 {
  const first = isoWeekday(utcDate(year, 1, 1));
  return first === THURSDAY || (first === THURSDAY - 1 && isLeapYear(year)) ? 53 : 52;
}

const THURSDAY = 3;

/** The day of the week, from 0 for Monday to 6 for Sunday. */
function isoWeekday(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

/** Parses a string because `Date.UTC` maps the years 0 to 99 to 1900 to 1999. */
function utcDate(year: number, month: number, day: number): Date {
  return new Date(`${printDate({ year, month, day })}T00:00:00Z`);
}

interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

interface UtcOffset {
  /** Whole seconds, negative west of UTC. */
  readonly seconds: number;
  /** Never negative: added to the distance from UTC, both west and east of it. */
  readonly microseconds: number;
}

const UTC: UtcOffset = { seconds: 0, microseconds: 0 };
const MIDNIGHT: TimeOfDay = { hour: 0, minute: 0, second: 0, microsecond: 0 };

/**
 * Parses `HH[:MM[:SS]]` or `HH[MM[SS]]` with an optional fraction, truncated to microseconds. Does not check ranges.
 * Before an offset, Python ignores a single ASCII character, or anything after six fractional digits.
 */
function parseTimeOfDay(value: string, beforeOffset = false): TimeOfDay | undefined {
  const match = /^(\d\d)(?::(\d\d)(?::(\d\d))?|(\d\d)(\d\d)?)?/.exec(value);
  if (match === null) return undefined;
  const [matched, hours, colonMinutes, colonSeconds, compactMinutes, compactSeconds] = match;
  const seconds = colonSeconds ?? compactSeconds;
  const time = {
    hour: Number(hours),
    minute: Number(colonMinutes ?? compactMinutes ?? 0),
    second: Number(seconds ?? 0),
  };
  const rest = value.slice(matched.length);
  if (rest === '') return { ...time, microsecond: 0 };
  if (rest.length === 1) return beforeOffset && rest <= '\u007f' ? { ...time, microsecond: 0 } : undefined;
  const digits = fractionDigits(rest, seconds !== undefined, colonMinutes !== undefined);
  const microsecond = digits === undefined ? undefined : parseFraction(digits, beforeOffset);
  return microsecond === undefined ? undefined : { ...time, microsecond };
}

/** The digits of a fraction, after `.` or `,`. After seconds Python also accepts `:` or, in a compact time, nothing. */
function fractionDigits(rest: string, afterSeconds: boolean, hasColons: boolean): string | undefined {
  if (rest[0] === '.' || rest[0] === ',') return rest.slice(1);
  if (!afterSeconds) return undefined;
  if (!hasColons) return rest;
  return rest[0] === ':' ? rest.slice(1) : undefined;
}

function parseFraction(value: string, beforeOffset: boolean): number | undefined {
  const isNumber = /^\d+$/.test(value);
  if (!isNumber && !(beforeOffset && /^\d{6}/.test(value))) return undefined;
  return Number(value.slice(0, 6).padEnd(6, '0'));
}

/** Parses `Z`, or a sign and a time below 24 hours. An offset below one second counts as UTC. */
function parseOffset(value: string): UtcOffset | undefined {
  if (value[0] === 'Z') return value === 'Z' ? UTC : undefined;
  const time = parseTimeOfDay(value.slice(1));
  if (time === undefined) return undefined;
  const sign = value[0] === '-' ? -1 : 1;
  const seconds = time.hour * 3600 + time.minute * 60 + time.second;
  if (seconds === 0) return UTC;
  return seconds < 86_400 ? { seconds: sign * seconds, microseconds: time.microsecond } : undefined;
}

/** Prints a time as `THH:MM:SS[.ffffff]`. */
export function printTimeOfDay({ hour, minute, second, microsecond }: TimeOfDay): string {
  return `T${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}${printFraction(microsecond)}`;
}

/** Prints microseconds as `.ffffff`; an empty string for zero. */
function printFraction(microseconds: number): string {
  return microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0')}`;
}

function printOffset(offset: UtcOffset | undefined): string {
  if (offset === undefined) return '';
  const second = Math.abs(offset.seconds) % 60;
  const fraction = printFraction(offset.microseconds);
  return (
    printHoursAndMinutes(offset.seconds) + (second === 0 && fraction === '' ? '' : `:${twoDigits(second)}${fraction}`)
  );
}

/** Prints an offset in seconds as `+HH:MM` or `-HH:MM`, truncated to minutes. */
export function printHoursAndMinutes(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return `${seconds < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
