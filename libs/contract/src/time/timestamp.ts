import { asRaw, kindOf, type RawJson, TRUE, unquote } from '@session-service/json';
import { type IsoDatetime, parseIsoDatetime, printDate, printHoursAndMinutes, printTimeOfDay } from './iso-datetime.js';

/**
 * The `created_at` of a session or run as the API prints it: a JSON string such as `"2025-01-01T00:00:00Z"`, with six
 * more digits for a fraction. Takes epoch seconds and, as AgentOS does, ISO texts, whose own zone (or lack of one) stays.
 * Undefined for JSON null and for whatever is no moment of the years 1 to 9999: the caller leaves the field out.
 */
export function printTimestamp(raw: RawJson): RawJson | undefined {
  switch (kindOf(raw)) {
    case 'number':
      return printEpoch(Number(raw));
    case 'string':
      return printIsoText(unquote(raw));
    case 'boolean': // a bool is an int in Python
      return printEpoch(raw === TRUE ? 1 : 0);
    default:
      return undefined;
  }
}

const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/** Epoch seconds as `"YYYY-MM-DDTHH:MM:SS[.ffffff]Z"`, or undefined outside the years 1 to 9999. */
export function printEpoch(seconds: number): RawJson | undefined {
  const { whole, microsecond } = splitSeconds(seconds);
  if (!(whole >= FIRST_SECOND && whole <= LAST_SECOND)) return undefined;
  // Reading the parts takes a fifth of the time of `toISOString`.
  const moment = new Date(whole * 1000);
  const date = { year: moment.getUTCFullYear(), month: moment.getUTCMonth() + 1, day: moment.getUTCDate() };
  const [hour, minute, second] = [moment.getUTCHours(), moment.getUTCMinutes(), moment.getUTCSeconds()];
  return asRaw(`"${printDate(date)}${printTimeOfDay({ hour, minute, second, microsecond })}Z"`);
}

/** Rounds to the nearest microsecond, halves to the even one, and counts it from the second below. */
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

function printIsoText(text: string): RawJson | undefined {
  const datetime = parseIsoDatetime(text.endsWith('Z') ? `${text.slice(0, -1)}+00:00` : text);
  return datetime && asRaw(`"${printDate(datetime)}${printTimeOfDay(datetime.timeOfDay)}${printZone(datetime)}"`);
}

/** Pydantic prints UTC as `Z`, rounds an offset to seconds and then cuts those off: 30 seconds become `+00:00`. */
function printZone({ offset }: IsoDatetime): string {
  if (offset === undefined) return '';
  if (offset.seconds === 0) return 'Z';
  const roundedUp = offset.microseconds >= 500_000 ? Math.sign(offset.seconds) : 0;
  return printHoursAndMinutes(offset.seconds + roundedUp);
}
