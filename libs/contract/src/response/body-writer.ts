import { asRaw, NULL, type RawJson } from '../json/raw-json.js';

/** What a route does with fields that have no value: reads and creates drop them, PATCH, rename and single runs print null. */
export type Nulls = 'dropped' | 'shown';

/** Told of each stored field that does not fit its schema and is therefore answered as if it were null. */
export type OnMisfit = (field: string) => void;

/** Writes the JSON object of a response field by field, in the order of the schema. */
export class BodyWriter {
  private text = '';

  constructor(private readonly nulls: Nulls) {}

  add(name: string, value: RawJson | undefined): this {
    const isNull = value === undefined || value === NULL;
    if (isNull && this.nulls === 'dropped') return this;
    this.text += `${this.text === '' ? '{"' : ',"'}${name}":${isNull ? 'null' : value}`;
    return this;
  }

  done(): RawJson {
    return asRaw(this.text === '' ? '{}' : `${this.text}}`);
  }
}
