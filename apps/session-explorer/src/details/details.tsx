/** Runs, values and raw JSON of a session. */
export function Details({ id }: { readonly id: string }) {
  return <p>{id}</p>;
}
