import { hash } from 'node:crypto';
import { asRaw, type RawJson } from '@agno/json';

/**
 * Position of a message or media object: a digest of the run's id, then keys and indexes separated by `/`. The digest is
 * computed once per run, because a run id can be megabytes long.
 */
export type Place = string;

/** Digest of the names that identify a run. */
export function placeOf(...names: readonly (string | number)[]): Place {
  return hash('sha256', JSON.stringify(names), 'hex');
}

/**
 * The id of a message or media object that has none in storage: a UUID derived from its position, so that each read
 * returns the same one. AgentOS generates a random UUID for each read.
 */
export function derivedId(place: Place): RawJson {
  const digits = hash('sha256', place, 'hex');
  // Version 4 and the variant, where the ids that AgentOS makes have them.
  return asRaw(
    `"${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}"`,
  );
}
