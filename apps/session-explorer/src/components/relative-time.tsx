import { exactTime, relativeTime, useNow } from './time';

/** A time as `5 min. ago`, with the exact time and its zone on hover. */
export function RelativeTime({ date }: { readonly date: Date }) {
  return (
    <time dateTime={date.toISOString()} title={exactTime(date)}>
      {relativeTime(date, useNow())}
    </time>
  );
}
