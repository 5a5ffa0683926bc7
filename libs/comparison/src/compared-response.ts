import type { Period } from './generated-values.js';
import { type JsonNode, memberOf, parseJson, printJson } from './json-tree.js';

/** What a server answered, as far as clients act on it. */
export interface HttpResponse {
  readonly status: number;
  /** As `comparedHeaders` leaves them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TimedResponse extends HttpResponse {
  /** When the request was sent, or the first request of its case, in seconds since 1970. */
  readonly sentAt: number;
  /** From `at` to the last byte of the response. */
  readonly milliseconds: number;
}

/** The period in which the generated values of a response can have been made. */
export function periodOf({ sentAt: at, milliseconds }: TimedResponse): Period {
  return { from: at, to: at + milliseconds / 1000 };
}

/** What is not to be compared in the answers to one request. */
export interface ComparisonRules {
  /**
   * Members of a list's items, of which the first that is not null ranks an item. Items of one rank come in any order,
   * and no members at all mean that all items are of one rank. Absent: the order counts.
   */
  readonly rankedBy?: readonly string[];
  /** Members of the answer that hold a date of the process and not of the request. */
  readonly processDates?: readonly string[];
}

/** The JSON of an answer that says it is JSON; undefined for other answers, empty bodies and what is no JSON after all. */
export function parseJsonBody(answer: Pick<HttpResponse, 'headers' | 'body'>): JsonNode | undefined {
  if (answer.body === '' || !(answer.headers['content-type'] ?? '').startsWith('application/json')) return undefined;
  try {
    return parseJson(answer.body);
  } catch {
    return undefined;
  }
}

const COMPARED_HEADERS = ['content-type', 'allow', 'location', 'www-authenticate', 'vary'];
const UNORDERED_HEADERS = new Set(['allow', 'vary', 'access-control-allow-methods', 'access-control-allow-headers']);

/** The headers that a client acts on, values normalised where their order means nothing. Names are in lower case. */
export function comparedHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, given] of Object.entries(headers).sort()) {
    if (given === undefined || !(COMPARED_HEADERS.includes(name) || name.startsWith('access-control-'))) continue;
    kept[name] = normalisedHeader(name, String(given));
  }
  return kept;
}

function normalisedHeader(name: string, text: string): string {
  if (name === 'content-type') return text.toLowerCase();
  if (!UNORDERED_HEADERS.has(name)) return text;
  const items = text.split(',').map((item) => item.trim().toLowerCase());
  return items.sort().join(', ');
}

/** A list whose items of one rank are sorted by session id: their order is chance. `rankedBy` as in `ComparisonRules`. */
export function withStableTieOrder(node: JsonNode, rankedBy: readonly string[]): JsonNode {
  const data = memberOf(node, 'data');
  if (node.kind !== 'object' || data?.kind !== 'array') return node;
  const sorted: JsonNode = { kind: 'array', items: groupByRank(data.items, rankedBy).flatMap(sortBySessionId) };
  return { kind: 'object', members: node.members.map(([name, item]) => [name, name === 'data' ? sorted : item]) };
}

/** Neighbours of one rank, together. */
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
