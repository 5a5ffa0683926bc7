import { BodyJoiner, type BodyText } from '../json/body-text.js';
import { NULL } from '../json/raw-json.js';

/** What a route does with fields that have no value: reads and creates drop them, PATCH, rename and single runs print null. */
export type Nulls = 'dropped' | 'shown';

/** Told of each stored field that does not fit its schema and is therefore answered as if it were null. */
export type OnMisfit = (field: string) => void;

/** Writes the JSON object of a response field by field, in the order of the schema. */
export class BodyWriter {
  private readonly text = new BodyJoiner();
  private isEmpty = true;

  constructor(private readonly nulls: Nulls) {}

  add(name: string, value: BodyText | undefined): this {
    const shown = value ?? NULL;
    if (shown === NULL && this.nulls === 'dropped') return this;
    this.text.add(`${this.isEmpty ? '{"' : ',"'}${name}":`).addValue(shown);
    this.isEmpty = false;
    return this;
  }

  done(): BodyText {
    return this.text.add(this.isEmpty ? '{}' : '}').done();
  }
}
