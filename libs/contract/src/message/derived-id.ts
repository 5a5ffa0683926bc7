import { hash } from 'node:crypto';
import { asRaw, type RawJson } from '@agno/json';

/**
 * Where something without an id stands. It begins with the digest of what names the run, which may be a long text and is
 * therefore read once; keys and positions follow.
 */
export type Place = string;

/** The place of a run. */
export function placeOf(...names: readonly (string | number)[]): Place {
  return hash('sha256', JSON.stringify(names), 'hex');
}

/**
 * The id of what is stored without one: a UUID made from where it stands, so that it is the same on every read. (AgentOS
 * makes a new random one each time.)
 */
export function derivedId(place: Place): RawJson {
  const digits = hash('sha256', place, 'hex');
  // Version 4 and the variant, where the ids that AgentOS makes have them.
  return asRaw(
    `"${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}"`,
  );
}
