import { hash } from 'node:crypto';
import { asRaw, type RawJson } from '@session-service/json';

/**
 * Path to a message or media object: the keys that identify its run, then member names and indexes. Builds its string
 * form only to derive an id, because most objects have a stored id.
 */
export class ItemPath {
  private value: string | undefined;

  /** @param keys session id and run id or position of the run; in `input`, the run id alone */
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
    // The keys are hashed once per run, because a run id can be megabytes long.
    this.value ??= this.parent === undefined ? hash('sha256', String(this.step), 'hex') : `${this.parent}/${this.step}`;
    return this.value;
  }
}

/**
 * Derives an id for a message or media object without one: a UUID that depends only on the path, so that every read
 * returns the same id. AgentOS generates a random UUID on each read.
 */
export function derivedId(path: ItemPath): RawJson {
  const digits = hash('sha256', path.toString(), 'hex');
  // The version and variant digits are those of a random UUID (RFC 9562, section 5.4), like in the ids of AgentOS.
  return asRaw(
    `"${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}"`,
  );
}
