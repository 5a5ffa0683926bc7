/**
 * The names of the members that are read of an object. An object may have a million others: most of them are told apart by
 * their length and first character, without cutting the key out of the text.
 */
export class MemberNames extends Set<string> {
  private readonly signatures = new Uint8Array(4_096);

  constructor(names: Iterable<string>) {
    super(names);
    for (const name of this) this.signatures[signature(name.charCodeAt(0), name.length)] = 1;
  }

  /** False when the key from `start` to `end` in a text is none of the names. */
  mayContain(text: string, start: number, end: number): boolean {
    return this.signatures[signature(text.charCodeAt(start), end - start)] === 1;
  }
}

function signature(first: number, length: number): number {
  return ((first & 63) << 6) | (length & 63);
}
