import { asRaw, type RawJson } from '../json/raw-json.js';

/** Writes a JSON object whose member names are known to need no escaping, leaving out what is undefined. */
export class ObjectText {
  private text = '';

  add(name: string, value: RawJson | undefined): void {
    if (value === undefined) return;
    this.text += `${this.text === '' ? '' : ','}"${name}":${value}`;
  }

  get isEmpty(): boolean {
    return this.text === '';
  }

  close(): RawJson {
    return asRaw(`{${this.text}}`);
  }
}
