/** `7` as `07`. */
export function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
