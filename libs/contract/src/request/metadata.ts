import { isEmptyContainer, MemberNames, membersOf, NULL, type RawJson, type Steps, withoutMembers } from '@agno/json';
import type { Fields } from './fields.js';

/** Keys that AgentOS' runtime writes into the metadata of runs; no client may set them. */
const RESERVED_METADATA_KEYS = new MemberNames([
  'agno_component_version',
  'agno_dispatch_chain',
  'agno_dispatch_depth',
]);

/**
 * The member `metadata` without reserved keys, cleaned. Undefined when not given; JSON null when nothing but reserved keys
 * was given.
 */
export function* readMetadata(fields: Fields): Steps<RawJson | undefined> {
  const given = fields.object('metadata');
  if (given === undefined) return undefined;
  const members = membersOf(given, RESERVED_METADATA_KEYS);
  const hasReserved = [...RESERVED_METADATA_KEYS].some((key) => members.has(key));
  if (!hasReserved) return yield* fields.cleanedValue('metadata', given);
  const kept = withoutMembers(given, RESERVED_METADATA_KEYS);
  return isEmptyContainer(kept) ? NULL : yield* fields.cleanedValue('metadata', kept);
}
