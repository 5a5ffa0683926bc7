/** The messages of a session as a chat. */
export function Conversation({ id }: { readonly id: string }) {
  return <p>{id}</p>;
}
