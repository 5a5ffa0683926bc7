import { exactTime, longTime, relativeTime, useNow } from './time';

/** A time as `5 min. ago`, with the exact time and its zone on hover. */
export function RelativeTime({ date }: { readonly date: Date }) {
  return (
    <time dateTime={date.toISOString()} title={exactTime(date)}>
      {relativeTime(date, useNow())}
    </time>
  );
}

/** A time to the second and as `5 min. ago`, with its zone on hover. */
export function ExactTime({ date }: { readonly date: Date }) {
  return (
    <>
      <span title={exactTime(date)}>{longTime(date)}</span> · <RelativeTime date={date} />
    </>
  );
}
