import { asRaw, kindOf, type RawJson, TRUE, unquote } from '@session-service/json';
import { type IsoDatetime, parseIsoDatetime, printDate, printHoursAndMinutes, printTimeOfDay } from './iso-datetime.js';

/**
 * Prints a stored time as the API does: a JSON string such as `"2025-01-01T00:00:00Z"`, with six fractional digits
 * unless they are zero. Like AgentOS, accepts Unix seconds and ISO strings; an ISO string keeps its UTC offset, or has
 * none. Undefined for JSON null and for a value that is not a time between the years 1 and 9999.
 */
export function printTimestamp(raw: RawJson): RawJson | undefined {
  switch (kindOf(raw)) {
    case 'number':
      return printUnixTime(Number(raw));
    case 'string':
      return printIsoString(unquote(raw));
    case 'boolean': // a bool is an int in Python
      return printUnixTime(raw === TRUE ? 1 : 0);
    default:
      return undefined;
  }
}

/** Unix seconds as JSON, from a text of digits or an ISO 8601 time, which is in UTC unless it has an offset. */
export function unixTimeOf(value: string): RawJson | undefined {
  if (/^-?\d{1,18}$/.test(value)) return asRaw(String(BigInt(value)));
  const datetime = parseIsoDatetime(value);
  if (datetime === undefined) return undefined;
  const { year, month, day, timeOfDay, offset } = datetime;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(timeOfDay.hour, timeOfDay.minute, timeOfDay.second - (offset?.seconds ?? 0));
  const microseconds = BigInt(date.getTime()) * 1_000n + BigInt(timeOfDay.microsecond);
  return microseconds % 1_000_000n === 0n
    ? asRaw(String(microseconds / 1_000_000n))
    : asRaw(`${microseconds < 0n ? '-' : ''}${decimal(microseconds < 0n ? -microseconds : microseconds)}`);
}

function decimal(microseconds: bigint): string {
  return `${microseconds / 1_000_000n}.${String(microseconds % 1_000_000n).padStart(6, '0')}`;
}

const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/** Prints Unix seconds as `"YYYY-MM-DDTHH:MM:SS[.ffffff]Z"`; undefined outside the years 1 to 9999. */
function printUnixTime(seconds: number): RawJson | undefined {
  const { whole, microsecond } = splitSeconds(seconds);
  if (!(whole >= FIRST_SECOND && whole <= LAST_SECOND)) return undefined;
  // These getters take a fifth of the time of `toISOString`.
  const date = new Date(whole * 1000);
  const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  return asRaw(`"${printDate(day)}${printTimeOfDay({ hour, minute, second, microsecond })}Z"`);
}

/** Splits a time into whole seconds, rounded down, and microseconds, rounded half to even. */
function splitSeconds(seconds: number): { whole: number; microsecond: number } {
  if (Number.isInteger(seconds)) return { whole: seconds, microsecond: 0 };
  const truncated = Math.trunc(seconds);
  const microsecond = roundHalfEven((seconds - truncated) * 1e6);
  if (microsecond >= 1e6) return { whole: truncated + 1, microsecond: microsecond - 1e6 };
  return microsecond < 0 ? { whole: truncated - 1, microsecond: microsecond + 1e6 } : { whole: truncated, microsecond };
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value - rounded) === 0.5 ? 2 * Math.round(value / 2) : rounded;
}

function printIsoString(value: string): RawJson | undefined {
  const datetime = parseIsoDatetime(value.endsWith('Z') ? `${value.slice(0, -1)}+00:00` : value);
  return datetime && asRaw(`"${printDate(datetime)}${printTimeOfDay(datetime.timeOfDay)}${printUtcOffset(datetime)}"`);
}

/** pydantic prints UTC as `Z` and rounds other offsets to seconds, then down to minutes: 30 s become `+00:00`. */
function printUtcOffset({ offset }: IsoDatetime): string {
  if (offset === undefined) return '';
  if (offset.seconds === 0) return 'Z';
  const roundedUp = offset.microseconds >= 500_000 ? Math.sign(offset.seconds) : 0;
  return printHoursAndMinutes(offset.seconds + roundedUp);
}
