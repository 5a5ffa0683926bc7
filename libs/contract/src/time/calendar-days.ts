/** A day of the calendar, as the number of days since 1970-01-01. */
export type CalendarDay = number;

const DAY_SECONDS = 86_400;

/** 9999-12-31, the last day that `YYYY-MM-DD` can name. */
const LAST_DAY: CalendarDay = 2_932_896;

/** Reads a date of the form `YYYY-MM-DD` from 1970 on; undefined if there is no such day. */
export function parseDay(text: string): CalendarDay | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const day = Date.parse(`${text}T00:00:00Z`) / 1000 / DAY_SECONDS;
  // Date.parse may accept the 31st of a shorter month as a day of the next one.
  return day >= 0 && day <= LAST_DAY && printDay(day) === text ? day : undefined;
}

/** Prints a day as `YYYY-MM-DD`. */
export function printDay(day: CalendarDay): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
}

const CLOCK_FIELDS = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

/** The calendar of a time zone of the IANA database. */
export class TimeZone {
  static readonly utc = new TimeZone('UTC');

  private readonly clock: Intl.DateTimeFormat;

  /** @param name as the client spelled it */
  private constructor(readonly name: string) {
    this.clock = new Intl.DateTimeFormat('en-US', { ...CLOCK_FIELDS, timeZone: name });
  }

  /** Undefined if there is no time zone of that name. Offsets such as `+01:00` are no names. */
  static named(name: string): TimeZone | undefined {
    if (!/^[A-Za-z]/.test(name)) return undefined;
    try {
      return new TimeZone(name);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The day at a time in Unix seconds. */
  dayAt(seconds: number): CalendarDay {
    return Math.floor((seconds + this.offsetAt(seconds)) / DAY_SECONDS);
  }

  /**
   * The first second of a day. Usually midnight, but clocks that are changed at midnight skip it, and Samoa had no
   * 30 December 2011: that day starts when the next one does.
   */
  startOf(day: CalendarDay): number {
    const midnightUtc = day * DAY_SECONDS;
    // No offset exceeds a day, so the start is between these two.
    let before = midnightUtc - DAY_SECONDS;
    let start = midnightUtc + DAY_SECONDS;
    const offset = this.offsetAt(before);
    if (offset === this.offsetAt(start)) return midnightUtc - offset;
    while (start - before > 1) {
      const middle = Math.floor((before + start) / 2);
      if (this.dayAt(middle) < day) before = middle;
      else start = middle;
    }
    return start;
  }

  /** Local time minus UTC, in seconds. */
  private offsetAt(seconds: number): number {
    const fields = new Map(this.clock.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]));
    const field = (name: Intl.DateTimeFormatPartTypes) => fields.get(name) ?? 0;
    const date = Date.UTC(field('year'), field('month') - 1, field('day'));
    const timeOfDay = field('hour') * 3_600 + field('minute') * 60 + field('second');
    return date / 1000 + timeOfDay - seconds;
  }
}
