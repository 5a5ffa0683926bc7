/**
 * The lines of a text that comes in chunks, without their ends. Undefined stands for a line longer than `limit`
 * characters: it is passed over, never held.
 */
export async function* splitLines(chunks: AsyncIterable<string>, limit: number): AsyncGenerator<string | undefined> {
  let held = '';
  let isTooLong = false;
  for await (const chunk of chunks) {
    const [first = '', ...others] = chunk.split('\n');
    held = isTooLong ? '' : held + first;
    for (const next of others) {
      yield isTooLong || held.length > limit ? undefined : held.replace(/\r$/, '');
      isTooLong = false;
      held = next;
    }
    if (held.length > limit) {
      isTooLong = true;
      held = '';
    }
  }
  if (isTooLong) yield undefined;
  else if (held !== '') yield held.replace(/\r$/, '');
}
