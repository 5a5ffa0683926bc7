import { kindOf, type RawJson, unquote } from '@agno/json';
import type { Run } from './stored-run.js';

/** Bounds in unix seconds, both inclusive; statuses in upper case. */
export interface RunFilter {
  readonly createdAfter?: bigint | undefined;
  readonly createdBefore?: bigint | undefined;
  readonly statuses?: ReadonlySet<string> | undefined;
}

/** True for a run within the bounds; one without a numeric created_at is within any. */
export function isCreatedWithin(run: Run, { createdAfter, createdBefore }: RunFilter): boolean {
  if (createdAfter === undefined && createdBefore === undefined) return true;
  const createdAt = run.get('created_at');
  if (createdAt === undefined || kindOf(createdAt) !== 'number') return true;
  return (
    (createdAfter === undefined || !isBefore(createdAt, createdAfter)) &&
    (createdBefore === undefined || !isAfter(createdAt, createdBefore))
  );
}

/** True when the printed status is among the wanted, in any case. */
export function hasStatus(status: RawJson | undefined, { statuses }: RunFilter): boolean {
  if (statuses === undefined) return true;
  return statuses.has(status === undefined ? '' : unquote(status).toUpperCase());
}

function isBefore(time: RawJson, bound: bigint): boolean {
  return /^-?\d+$/.test(time) ? BigInt(time) < bound : Number(time) < bound;
}

function isAfter(time: RawJson, bound: bigint): boolean {
  return /^-?\d+$/.test(time) ? BigInt(time) > bound : Number(time) > bound;
}
