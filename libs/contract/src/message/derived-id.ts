import { hash } from 'node:crypto';
import { asRaw, type RawJson } from '@agno/json';

/**
 * The id of what is stored without one: a UUID made from where it stands, so that it is the same on every read. (AgentOS
 * makes a new random one each time.)
 *
 * @param place the run's id and the keys and positions below it
 */
export function derivedId(...place: readonly (string | number)[]): RawJson {
  const digits = hash('sha256', place.join('/'), 'hex');
  // Version 4 and the variant, where the ids that AgentOS makes have them.
  const id = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ];
  return asRaw(`"${id.join('-')}"`);
}
