import type { RawJson } from './raw-json-type.js';

/**
 * The text of an answer: whole, or, when it holds large values, in parts. Parts are never joined in memory, which
 * would hold a large session twice; whoever sends them does so one after the other.
 */
export type BodyText = RawJson | readonly string[];

/** From this length on, in characters, a value remains a part of its own. */
const LARGE = 16_384;

/** Puts texts one behind the other. */
export class BodyJoiner {
  private parts: string[] | undefined;
  private text = '';

  add(text: string): this {
    this.text += text;
    return this;
  }

  addValue(value: BodyText): this {
    if (typeof value === 'string' && value.length < LARGE) return this.add(value);
    this.parts ??= [];
    this.parts.push(this.text);
    this.text = '';
    if (typeof value === 'string') this.parts.push(value);
    else for (const part of value) this.parts.push(part);
    return this;
  }

  done(): BodyText {
    if (this.parts === undefined) return this.text as RawJson;
    this.parts.push(this.text);
    return this.parts;
  }
}

/** The text of an array of values. */
export function listText(items: readonly BodyText[]): BodyText {
  const joiner = new BodyJoiner();
  items.forEach((item, index) => {
    joiner.add(index === 0 ? '[' : ',').addValue(item);
  });
  return joiner.add(items.length === 0 ? '[]' : ']').done();
}
