const integers = new Intl.NumberFormat();

/** For example `1,234`. Unlike `toLocaleString`, creates no formatter for each number, which takes a millisecond. */
export function formatNumber(value: number): string {
  return integers.format(value);
}
