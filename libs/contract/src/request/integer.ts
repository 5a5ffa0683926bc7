import { trimWhiteSpace } from '../white-space.js';
import { MAX_INTEGER_DIGITS } from './body.js';

/** Why a text is no integer, in the words of the contract. */
export type IntegerIssueType = 'int_parsing' | 'int_parsing_size';

export const MAX_INT64 = 2n ** 63n - 1n;
export const MIN_INT64 = -(2n ** 63n);

/**
 * The integer that pydantic reads from a query parameter: surrounding white space, a sign, leading zeros, single underscores
 * between digits and a fraction of zeros are fine (`" 7 "`, `+5`, `05`, `1_0`, `1.0`); `1.5`, `1e2`, `0x10` and `""` are not.
 */
export function parseInteger(text: string): bigint | IntegerIssueType {
  if (/^-?\d{1,15}$/.test(text)) return BigInt(text);
  const trimmed = trimWhiteSpace(text);
  if (TOO_MANY_DIGITS.test(trimmed)) return 'int_parsing_size';
  const [, sign, digits] = INTEGER.exec(trimmed) ?? [];
  if (digits === undefined) return 'int_parsing';
  const significant = digits.replaceAll('_', '').replace(/^0+(?=\d)/, '');
  if (significant.length > MAX_INTEGER_DIGITS) return 'int_parsing';
  return sign === '-' ? -BigInt(significant) : BigInt(significant);
}

const INTEGER = /^([+-]?)(\d+(?:_\d+)*)(?:\.0+)?$/;
const TOO_MANY_DIGITS = new RegExp(`^-?[1-9]\\d{${MAX_INTEGER_DIGITS}}`);
