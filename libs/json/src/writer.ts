import type { Steps } from './cooperative.js';
import { NULL, type RawJson } from './raw-json.js';

/** A large body: its parts in order. They are never joined in memory, which would hold a large session twice. */
export interface BodyParts {
  readonly parts: readonly (string | Buffer)[];
  readonly bytes: number;
}

/** The body of a response: one text, or, when it is large, its parts. */
export type BodyText = RawJson | BodyParts;

/** A shorter body is one text, in characters. */
const SMALL = 131_072;
/** From this length on, in characters, a value is a part of its own: it stays a slice of the row that it was read from. */
const LARGE = 16_384;
/** Small values are put together up to this length, in characters. */
const PART = 114_688;
/** How much of a response may stay on the heap, in characters. */
const ON_HEAP = 4_194_304;

/** What a route does with fields that have no value: reads and creates drop them, PATCH, rename and single runs print null. */
export type Nulls = 'dropped' | 'shown';

/**
 * Writes JSON text from ready-made values, one behind the other. It sets the commas itself. A response of millions of
 * small values takes up its bytes only, and large values are not copied.
 */
export class JsonWriter {
  private readonly parts: (string | Buffer)[] = [];
  private text = '';
  /** Of the small values in `parts`, in characters. */
  private length = 0;
  private needsComma = false;

  openObject(): this {
    return this.open('{');
  }

  closeObject(): this {
    return this.close('}');
  }

  openArray(): this {
    return this.open('[');
  }

  closeArray(): this {
    return this.close(']');
  }

  /** Writes a key; a value, object or array has to follow. The name is known to need no escaping. */
  key(name: string): this {
    this.text += this.needsComma ? `,"${name}":` : `"${name}":`;
    this.needsComma = false;
    return this;
  }

  value(raw: RawJson): this {
    if (this.needsComma) this.text += ',';
    return this.append(raw);
  }

  /** Writes a member unless it has no value. */
  member(name: string, value: RawJson | undefined): this {
    if (value === undefined) return this;
    this.text += this.needsComma ? `,"${name}":` : `"${name}":`;
    return this.append(value);
  }

  /** Writes a field of a response. A null is `undefined` or JSON null. */
  field(name: string, value: RawJson | undefined, nulls: Nulls): this {
    const shown = value ?? NULL;
    return shown === NULL && nulls === 'dropped' ? this : this.key(name).value(shown);
  }

  /** Ends the body. */
  *done(): Steps<BodyText> {
    if (this.parts.length === 0) return this.text as RawJson;
    this.parts.push(this.text);
    const length = this.parts.reduce((sum, part) => sum + part.length, 0);
    if (length < SMALL) return this.parts.join('') as RawJson;
    let bytes = 0;
    for (const part of this.parts) {
      bytes += Buffer.byteLength(part);
      yield;
    }
    return { parts: this.parts, bytes };
  }

  private append(raw: RawJson): this {
    this.needsComma = true;
    if (raw.length < LARGE) this.text += raw;
    else {
      this.parts.push(this.text, raw);
      this.text = '';
    }
    if (this.text.length < PART) return this;
    this.length += this.text.length;
    this.parts.push(this.length < ON_HEAP ? this.text : Buffer.from(this.text));
    this.text = '';
    return this;
  }

  private open(bracket: string): this {
    this.text += this.needsComma ? `,${bracket}` : bracket;
    this.needsComma = false;
    return this;
  }

  private close(bracket: string): this {
    this.text += bracket;
    this.needsComma = true;
    return this;
  }
}
