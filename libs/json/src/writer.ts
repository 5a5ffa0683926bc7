import { NULL, type RawJson } from './raw-json.js';

/**
 * The body of a response: one text, or, when it is large, its parts in order. Parts are never joined in memory, which
 * would hold a large session twice.
 */
export type BodyText = RawJson | readonly (string | Buffer)[];

/** From this length on, in characters, a text becomes a part of its own. */
const PART = 131_072;

/** What a route does with fields that have no value: reads and creates drop them, PATCH, rename and single runs print null. */
export type Nulls = 'dropped' | 'shown';

/**
 * Writes JSON text from ready-made values, one behind the other. It sets the commas itself. What is written leaves the
 * heap in parts of `PART` characters, so that a response of millions of small values takes up its bytes only.
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
    if (raw.length < PART) this.text += raw;
    else {
      this.flush();
      this.parts.push(raw);
    }
    if (this.text.length >= PART) this.flush();
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
    this.flush();
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

  private flush(): void {
    if (this.text !== '') this.parts.push(Buffer.from(this.text));
    this.text = '';
  }
}
