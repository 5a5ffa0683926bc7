import { type JsonNode, memberOf, printJson } from './json.js';

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
