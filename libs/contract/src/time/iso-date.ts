import { twoDigits } from './two-digits.js';

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
