/**
 * Dates as Python 3.11 reads and prints them. AgentOS sends stored and submitted ISO texts through
 * `datetime.fromisoformat`, so what that accepts, with its oddities, is part of the contract.
 */

/** A date and time of day, as written, with its distance from UTC if the text named one. */
export interface IsoDatetime extends CivilDate {
  readonly timeOfDay: TimeOfDay;
  /** Absent for a naive datetime. */
  readonly offset?: UtcOffset;
}

/** `datetime.fromisoformat(text).isoformat()`, or undefined where Python raises ValueError. */
export function reprintIsoDatetime(text: string): string | undefined {
  const datetime = parseIsoDatetime(text);
  return datetime && printDate(datetime) + printTimeOfDay(datetime.timeOfDay) + printOffset(datetime.offset);
}

/** `datetime.fromisoformat(text)`: undefined where Python raises ValueError. */
export function parseIsoDatetime(text: string): IsoDatetime | undefined {
  const dateEnd = endOfDate(text);
  const date = parseDate(text.slice(0, dateEnd));
  if (date === undefined) return undefined;
  if (text.length === dateEnd) return { ...date, timeOfDay: MIDNIGHT };

  // Any one character separates date and time, also one that is two units of a JavaScript string.
  const time = text.slice(dateEnd).replace(/^./su, '');

  const zoneAt = time.search(/[+\-Z]/);
  const clock = zoneAt === -1 ? parseTimeOfDay(time) : parseTimeOfDay(time.slice(0, zoneAt), true);
  if (clock === undefined || clock.hour > 23 || clock.minute > 59 || clock.second > 59) return undefined;
  if (zoneAt === -1) return { ...date, timeOfDay: clock };

  const offset = parseOffset(time.slice(zoneAt));
  return offset && { ...date, timeOfDay: clock, offset };
}

/** A day of the proleptic Gregorian calendar, years 1 to 9999. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** `YYYY-MM-DD`. */
export function printDate({ year, month, day }: CivilDate): string {
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** Where the date ends, from the shape of its first characters; what follows is the separator. */
export function endOfDate(text: string): number {
  if (text[4] === '-') return text[5] === 'W' ? endOfDashedWeek(text) : 10;
  return text[4] === 'W' ? endOfCompactWeek(text) : 8;
}

/** `YYYY-Www-d` ends at 10 and `YYYY-Www` at 8, also when a dash and two digits follow: an hour then. */
function endOfDashedWeek(text: string): number {
  return text[8] === '-' && !/^\d/.test(text.slice(10)) ? 10 : 8;
}

/** `YYYYWww` and `YYYYWwwd` are told apart by the number of digits: those of the time come in pairs. */
function endOfCompactWeek(text: string): number {
  const digitsEnd = 7 + (/^\d*/.exec(text.slice(7))?.[0].length ?? 0);
  if (digitsEnd < 9) return digitsEnd;
  return digitsEnd % 2 === 0 ? 7 : 8;
}

export function parseDate(text: string): CivilDate | undefined {
  const week = /^(\d{4})(?:-W(\d\d)(?:-(\d))?|W(\d\d)(\d)?)$/.exec(text);
  if (week) return dateOfWeek(Number(week[1]), Number(week[2] ?? week[4]), Number(week[3] ?? week[5] ?? 1));
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(text) ?? []).map(
    Number,
  );
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
  // 4 January is always in week 1.
  const fourth = utcDate(year, 1, 4);
  const monday = fourth.getTime() - isoWeekday(fourth) * DAY_MS;
  const date = new Date(monday + ((week - 1) * 7 + day - 1) * DAY_MS);
  const found = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return found.year <= 9999 ? found : undefined;
}

function weeksOfYear(year: number): 52 | 53 {
  const first = isoWeekday(utcDate(year, 1, 1));
  return first === THURSDAY || (first === THURSDAY - 1 && isLeapYear(year)) ? 53 : 52;
}

const THURSDAY = 3;

/** 0 for Monday to 6 for Sunday. */
function isoWeekday(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

/** `Date.UTC` would take the years 0 to 99 for 1900 to 1999. */
function utcDate(year: number, month: number, day: number): Date {
  return new Date(`${printDate({ year, month, day })}T00:00:00Z`);
}

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

/** `7` as `07`. */
export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
