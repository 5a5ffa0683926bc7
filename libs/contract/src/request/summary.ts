import { isTruthy, NULL, objectOf, quote, type RawJson } from '../json/raw-json.js';
import { reprintIsoDatetime } from '../time/python-datetime.js';
import type { Fields } from './fields.js';
import { missing, notAString, type Report } from './issues.js';
import { echo, isArray, isGiven, isObject, type JsonNode, stringOf } from './json-tree.js';
import { notADatetime, notADatetimeType, unknownKey } from './our-issues.js';

const KNOWN_KEYS = ['summary', 'topics', 'updated_at'];

/**
 * The member `summary` as AgentOS stores it: `summary`, `topics`, `updated_at` in this order, null topics and an empty date
 * dropped, the date reprinted (`…Z` becomes `+00:00`). `summary` and `topics` may be of any type. Undefined when not given.
 *
 * @param report takes unknown keys, a missing or null `summary` and a bad date, on which AgentOS fails
 */
export function readSummary(fields: Fields, report: Report): RawJson | undefined {
  const given = fields.nested('summary');
  if (given === undefined) return undefined;
  requireSummary(given, report);
  const kept: [string, RawJson][] = [];
  for (const name of ['summary', 'topics']) {
    const node = given.members.get(name);
    if (isGiven(node)) kept.push([name, given.cleaned(name, node)]);
  }
  const updatedAt = readDate(given, report);
  if (updatedAt !== undefined) kept.push(['updated_at', quote(updatedAt)]);
  for (const [key, value] of given.members) {
    if (!KNOWN_KEYS.includes(key)) report(unknownKey(given.locOf(key), echo(value)));
  }
  return objectOf(kept);
}

function requireSummary(given: Fields, report: Report): void {
  const loc = given.locOf('summary');
  const summary = given.members.get('summary');
  if (summary === undefined) report(missing(loc, echo(given.members)));
  else if (summary === NULL) report(notAString(loc, NULL));
}

function readDate(given: Fields, report: Report): string | undefined {
  const node = given.members.get('updated_at');
  if (node === undefined || !isTruthyNode(node)) return undefined;
  const loc = given.locOf('updated_at');
  const text = stringOf(node);
  if (text === undefined) {
    report(notADatetimeType(loc, echo(node)));
    return undefined;
  }
  const printed = reprintIsoDatetime(text);
  if (printed === undefined) report(notADatetime(loc, echo(node)));
  return printed;
}

function isTruthyNode(node: JsonNode): boolean {
  if (isArray(node)) return node.length > 0;
  return isObject(node) ? node.size > 0 : isTruthy(node);
}
