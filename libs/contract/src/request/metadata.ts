import { NULL, type RawJson } from '../json/raw-json.js';
import type { Fields } from './fields.js';
import type { JsonObject } from './json-tree.js';

/** Keys that AgentOS' runtime writes into the metadata of runs; no client may set them. */
const RESERVED_KEYS = ['agno_component_version', 'agno_dispatch_chain', 'agno_dispatch_depth'];

/**
 * The member `metadata` without reserved keys, cleaned. Undefined when not given; JSON null when nothing but reserved keys
 * was given.
 */
export function readMetadata(fields: Fields): RawJson | undefined {
  const given = fields.object('metadata');
  if (given === undefined) return undefined;
  const kept = withoutReserved(given);
  return kept.size === 0 && given.size > 0 ? NULL : fields.cleaned('metadata', kept);
}

function withoutReserved(metadata: JsonObject): JsonObject {
  if (!RESERVED_KEYS.some((key) => metadata.has(key))) return metadata;
  return new Map([...metadata].filter(([key]) => !RESERVED_KEYS.includes(key)));
}
