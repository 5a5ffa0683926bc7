import { hash } from 'node:crypto';
import { asRaw, type RawJson } from '@agno/json';

/**
 * Position of a message or media object: what identifies its run, then keys and indexes. Nothing is computed before an id is
 * derived from it: most have one.
 */
export class Place {
  private text: string | undefined;

  /** @param names identify a run */
  static ofRun(...names: readonly (string | number)[]): Place {
    return new Place(undefined, JSON.stringify(names));
  }

  private constructor(
    private readonly outer: Place | undefined,
    private readonly step: string | number,
  ) {}

  inside(step: string | number): Place {
    return new Place(this, step);
  }

  toString(): string {
    // A digest, computed once per run, because a run id can be megabytes long.
    this.text ??= this.outer === undefined ? hash('sha256', String(this.step), 'hex') : `${this.outer}/${this.step}`;
    return this.text;
  }
}

/**
 * The id of a message or media object that has none in storage: a UUID derived from its position, so that each read
 * returns the same one. AgentOS generates a random UUID for each read.
 */
export function derivedId(place: Place): RawJson {
  const digits = hash('sha256', place.toString(), 'hex');
  // Version 4 and the variant, where the ids that AgentOS makes have them.
  return asRaw(
    `"${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}"`,
  );
}
