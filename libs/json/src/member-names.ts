/**
 * The names of the members to read from an object, which may have a million others. Most of those are ruled out by
 * their length and first character, without slicing the key out of the JSON text.
 */
export class MemberNames extends Set<string> {
  private readonly signatures = new Uint8Array(4_096);

  constructor(names: Iterable<string>) {
    super(names);
    for (const name of this) this.signatures[signature(name.charCodeAt(0), name.length)] = 1;
  }

  /** False when the key from `start` to `end` is certainly not one of the names. */
  mayContain(json: string, start: number, end: number): boolean {
    return this.signatures[signature(json.charCodeAt(start), end - start)] === 1;
  }
}

function signature(first: number, length: number): number {
  return ((first & 63) << 6) | (length & 63);
}
