import { hash } from 'node:crypto';
import { asRaw, type RawJson } from '@session-service/json';

/**
 * Position of a message or media object: what identifies its run, then keys and indexes. Nothing is computed before an id is
 * derived from it: most have one.
 */
export class ItemPath {
  private value: string | undefined;

  /** @param names identify a run */
  static ofRun(...names: readonly (string | number)[]): ItemPath {
    return new ItemPath(undefined, JSON.stringify(names));
  }

  private constructor(
    private readonly parent: ItemPath | undefined,
    private readonly step: string | number,
  ) {}

  child(step: string | number): ItemPath {
    return new ItemPath(this, step);
  }

  toString(): string {
    // A digest, computed once per run, because a run id can be megabytes long.
    this.value ??= this.parent === undefined ? hash('sha256', String(this.step), 'hex') : `${this.parent}/${this.step}`;
    return this.value;
  }
}

/**
 * The id of a message or media object that has none in storage: a UUID derived from its position, so that each read
 * returns the same one. AgentOS generates a random UUID for each read.
 */
export function derivedId(place: ItemPath): RawJson {
  const digits = hash('sha256', place.toString(), 'hex');
  // Version 4 and the variant, where the ids that AgentOS makes have them.
  return asRaw(
    `"${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}"`,
  );
}
