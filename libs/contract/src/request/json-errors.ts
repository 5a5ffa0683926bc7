/** Where Python's reader raises JSONDecodeError. */
export class JsonSyntaxError extends Error {
  /** In characters (code points) from the beginning of the text. */
  readonly position: number;

  /** @param at position in the JavaScript string */
  constructor(
    readonly reason: string,
    text: string,
    at: number,
  ) {
    super(reason);
    this.position = countCharacters(text, at);
  }
}

/** Where reading fails otherwise: a broken encoding, nesting beyond Python's recursion limit, an integer of too many digits. */
export class UnreadableBody extends Error {
  constructor() {
    super('There was an error parsing the body');
  }
}

/** How many code points stand before a position of a well-formed text. */
function countCharacters(text: string, end: number): number {
  let count = 0;
  for (let at = 0; at < end; at++) if ((text.charCodeAt(at) & 0xfc00) !== LOW_SURROGATE) count++;
  return count;
}

const LOW_SURROGATE = 0xdc00;
