import type { Period } from './generated-values.js';
import { type JsonNode, memberOf, parseJson, printJson } from './json-tree.js';

/** The parts of an HTTP response that are compared. */
export interface HttpResponse {
  readonly status: number;
  /** The headers that `comparedHeaders` returns. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TimedResponse extends HttpResponse {
  /** Seconds since 1970 when the request was sent; in a contract case, when its first request was sent. */
  readonly sentAt: number;
  /** Milliseconds from `sentAt` to the last byte of the response. */
  readonly milliseconds: number;
}

/** The period in which the server can have generated values for this response. */
export function periodOf({ sentAt, milliseconds }: TimedResponse): Period {
  return { from: sentAt, to: sentAt + milliseconds / 1000 };
}

/** Relaxes the comparison for parts of a response that depend on chance. */
export interface ComparisonRules {
  /**
   * Columns by which a list is sorted. An item's rank is the first value that is not null; items of equal rank may have
   * any order. Empty: all items have the same rank. Undefined: the order must be equal.
   */
  readonly rankedBy?: readonly string[];
  /** Members with a date of the server process, such as its start; any date is accepted. */
  readonly processDates?: readonly string[];
}

/** Parses the body of a JSON response; undefined for other content types, empty bodies and invalid JSON. */
export function parseJsonBody({ headers, body }: HttpResponse): JsonNode | undefined {
  if (!headers['content-type']?.startsWith('application/json')) return undefined;
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}

const COMPARED_HEADERS = ['content-type', 'allow', 'location', 'www-authenticate', 'vary'];
const UNORDERED_HEADERS = new Set(['allow', 'vary', 'access-control-allow-methods', 'access-control-allow-headers']);

/** The headers that affect clients, with names in lower case. Lists whose order is irrelevant are sorted. */
export function comparedHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers).sort()) {
    if (value === undefined || !(COMPARED_HEADERS.includes(name) || name.startsWith('access-control-'))) continue;
    kept[name] = normalisedHeader(name, String(value));
  }
  return kept;
}

function normalisedHeader(name: string, value: string): string {
  if (name === 'content-type') return value.toLowerCase();
  if (!UNORDERED_HEADERS.has(name)) return value;
  const items = value.split(',').map((item) => item.trim().toLowerCase());
  return items.sort().join(', ');
}

/** Sorts items of equal rank (`rankedBy`) by session id, because AgentOS leaves their order undefined. */
export function withStableTieOrder(node: JsonNode, rankedBy: readonly string[] | undefined): JsonNode {
  const data = memberOf(node, 'data');
  if (rankedBy === undefined || node.kind !== 'object' || data?.kind !== 'array') return node;
  const sorted: JsonNode = { kind: 'array', items: groupByRank(data.items, rankedBy).flatMap(sortBySessionId) };
  return { kind: 'object', members: node.members.map(([name, item]) => [name, name === 'data' ? sorted : item]) };
}

/** Groups adjacent items of the same rank. */
function groupByRank(items: readonly JsonNode[], rankedBy: readonly string[]): JsonNode[][] {
  const groups: JsonNode[][] = [];
  let last: string | undefined;
  for (const item of items) {
    const rank = rankOf(item, rankedBy);
    if (rank !== last) groups.push([]);
    groups.at(-1)?.push(item);
    last = rank;
  }
  return groups;
}

function rankOf(item: JsonNode, rankedBy: readonly string[]): string {
  const values = rankedBy.map((name) => printJson(memberOf(item, name) ?? { kind: 'literal', text: 'null' }));
  return values.find((value) => value !== 'null') ?? '';
}

function sortBySessionId(items: readonly JsonNode[]): JsonNode[] {
  const key = (item: JsonNode) => printJson(memberOf(item, 'session_id') ?? item);
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
