/** The sessions that the filters match. */
export function SessionList() {
  return null;
}
