import { hash } from 'node:crypto';
import { asRaw, type RawJson } from '@session-service/json';

/**
 * Path to a message or media object: the keys that identify its run, then member names and indexes. The string form is
 * only built when an id has to be derived from it, because most objects have an id.
 */
export class ItemPath {
  private value: string | undefined;

  /** @param keys the values that identify the run */
  static ofRun(...keys: readonly (string | number)[]): ItemPath {
    return new ItemPath(undefined, JSON.stringify(keys));
  }

  private constructor(
    private readonly parent: ItemPath | undefined,
    private readonly step: string | number,
  ) {}

  child(step: string | number): ItemPath {
    return new ItemPath(this, step);
  }

  toString(): string {
    // Hashed once per run, because a run id can be megabytes long.
    this.value ??= this.parent === undefined ? hash('sha256', String(this.step), 'hex') : `${this.parent}/${this.step}`;
    return this.value;
  }
}

/**
 * The id of a stored message or media object without an id: a UUID derived from its path, so that every read returns
 * the same one. AgentOS generates a random UUID on each read.
 */
export function derivedId(path: ItemPath): RawJson {
  const digits = hash('sha256', path.toString(), 'hex');
  // Has the version and variant digits of a random UUID (RFC 9562, section 5.4), like the ids of AgentOS.
  return asRaw(
    `"${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}"`,
  );
}
