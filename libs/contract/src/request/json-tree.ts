import { arrayOf, asRaw, NULL, objectOf, type RawJson, unquote } from '../json/raw-json.js';
import { isNonFinite } from './json-number.js';

/**
 * A request body as Python's reader leaves it: objects and arrays taken apart, everything else as normalised JSON text.
 * Unlike JavaScript values it keeps `1.0` and every digit of an integer, and any key in its place; unlike a plain text it
 * can be searched and rewritten in one pass. Its depth is bounded by the reader, so that recursion is safe.
 *
 * The texts `NaN`, `Infinity` and `-Infinity` can occur: they are not JSON, but Python reads them.
 */
export type JsonNode = RawJson | readonly JsonNode[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonNode>;

export function isObject(node: JsonNode): node is JsonObject {
  return node instanceof Map;
}

export function isArray(node: JsonNode): node is readonly JsonNode[] {
  return Array.isArray(node);
}

/** The JavaScript string of a JSON string, undefined for any other value. */
export function stringOf(node: JsonNode): string | undefined {
  if (typeof node !== 'string' || !node.startsWith('"')) return undefined;
  return node.includes('\\') ? unquote(node) : node.slice(1, -1);
}

/** Python's `is not None` for a member that may be missing. */
export function isGiven(node: JsonNode | undefined): node is JsonNode {
  return node !== undefined && node !== NULL;
}

/** The text of a node without superfluous space. */
export function printNode(node: JsonNode): RawJson {
  if (typeof node === 'string') return node;
  if (isArray(node)) return arrayOf(node.map(printNode));
  // The loop of `objectOf` without its list of pairs: every stored object goes through here.
  let text = '';
  for (const [key, value] of node) {
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${printNode(value)}`;
  }
  return asRaw(`{${text}}`);
}

/**
 * A rejected value as the 422 shows it: FastAPI's encoder drops the keys that begin with `_sa`. What is not JSON is shown
 * as a string.
 */
export function echo(node: JsonNode): RawJson {
  if (typeof node === 'string') return isNonFinite(node) ? asRaw(`"${node}"`) : node;
  if (isArray(node)) return arrayOf(node.map(echo));
  const shown = Array.from(node).filter(([key]) => !key.startsWith('_sa'));
  return objectOf(shown.map(([key, value]) => [key, echo(value)] as const));
}
