import {
  MIDNIGHT,
  parseOffset,
  parseTimeOfDay,
  printOffset,
  printTimeOfDay,
  type TimeOfDay,
  type UtcOffset,
} from './iso-clock.js';
import { type CivilDate, endOfDate, parseDate, printDate } from './iso-date.js';

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
