import { NULL, type RawJson } from './raw-json.js';

/**
 * The body of a response: one text, or, when it is large, its parts in order. Parts are never joined in memory, which
 * would hold a large session twice.
 */
export type BodyText = RawJson | readonly (string | Buffer)[];

/** From this length on, in characters, a value is a part of its own: it stays a slice of the row that it was read from. */
const LARGE = 16_384;
/** When small values have become so long, in characters, their bytes leave the heap. */
const PART = 131_072;

/** What a route does with fields that have no value: reads and creates drop them, PATCH, rename and single runs print null. */
export type Nulls = 'dropped' | 'shown';

/**
 * Writes JSON text from ready-made values, one behind the other. It sets the commas itself. A response of millions of
 * small values takes up its bytes only, and large values are not copied.
 */
export class JsonWriter {
  private readonly parts: (string | Buffer)[] = [];
  private text = '';
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
    if (raw.length < LARGE) this.text += raw;
    else {
      this.parts.push(this.text, raw);
      this.text = '';
    }
    if (this.text.length >= PART) {
      this.parts.push(Buffer.from(this.text));
      this.text = '';
    }
    this.needsComma = true;
    return this;
  }

  /** Writes a member unless it has no value. */
  member(name: string, value: RawJson | undefined): this {
    return value === undefined ? this : this.key(name).value(value);
  }

  /** Writes a field of a response. A null is `undefined` or JSON null. */
  field(name: string, value: RawJson | undefined, nulls: Nulls): this {
    const shown = value ?? NULL;
    return shown === NULL && nulls === 'dropped' ? this : this.key(name).value(shown);
  }

  done(): BodyText {
    if (this.parts.length === 0) return this.text as RawJson;
    this.parts.push(this.text);
    return this.parts;
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
