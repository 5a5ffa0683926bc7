import type { ContractCase } from './case.js';
import type { Step } from './http.js';
import { type JsonNode, memberOf, parseJson, printJson } from './json.js';
import { MASKS, mask, shortened } from './mask.js';
import type { Outcome, TimedAnswer } from './perform.js';

/** What the oracle did in a case, with generated values masked: what our side is compared with, and what is recorded. */
export interface Expectation {
  /** The requests that led to it, as text: a recording of other requests is out of date. */
  readonly requests: readonly string[];
  readonly answers: readonly ExpectedAnswer[];
  /** JSON text of the rows left behind. */
  readonly rows?: string;
  readonly tables?: string;
}

export interface ExpectedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text when the answer is JSON, else the body as it is. */
  readonly body: string;
}

const SHOWN_TEXT = 200;

export function expectationOf(contract: ContractCase, oracle: Outcome): Expectation {
  const last = oracle.answers.at(-1)?.at ?? 0;
  return {
    requests: contract.steps.map(requestText),
    answers: oracle.answers.map((answer) => expectedAnswer(contract, answer)),
    ...(oracle.rows === undefined ? {} : { rows: printJson(mask(oracle.rows, last)) }),
    ...(oracle.tables === undefined ? {} : { tables: printJson(oracle.tables) }),
  };
}

/** One line that says what is sent. */
export function requestText(step: Step): string {
  const body = step.body === undefined ? '' : ` ${Buffer.from(step.body as string).toString('latin1')}`;
  const headers = Object.entries(step.headers ?? {}).filter(([, value]) => value !== 'application/json');
  const shown = headers.map(([name, value]) => ` ${name}: ${value}`).join('');
  return `${step.method} ${shorten(step.path)}${shown}${shorten(body)}`;
}

/** Long texts are cut, with their hash told, so that two different ones never look the same. */
function shorten(text: string): string {
  return text.length <= SHOWN_TEXT ? text : `${text.slice(0, SHOWN_TEXT)}… ${shortened(text)}`;
}

function expectedAnswer(contract: ContractCase, answer: TimedAnswer): ExpectedAnswer {
  const { status, headers } = answer;
  const node = bodyNode(answer);
  if (node === undefined) return { status, headers, body: shortened(answer.body) };
  const masked = mask(withProcessDates(node, contract.processDates ?? []), answer.at);
  return { status, headers, body: printJson(contract.unordered === true ? sortedData(masked) : masked) };
}

/** The JSON of an answer that says it is JSON, undefined for other answers and empty bodies. */
export function bodyNode(answer: { headers: Readonly<Record<string, string>>; body: string }): JsonNode | undefined {
  if (answer.body === '' || !(answer.headers['content-type'] ?? '').startsWith('application/json')) return undefined;
  return parseJson(answer.body);
}

function withProcessDates(node: JsonNode, keys: readonly string[]): JsonNode {
  if (node.kind !== 'object' || keys.length === 0) return node;
  const masked: JsonNode = { kind: 'string', value: MASKS.anyIso };
  return { kind: 'object', members: node.members.map(([key, item]) => [key, keys.includes(key) ? masked : item]) };
}

/** A list whose order means nothing, sorted by session id. */
export function sortedData(node: JsonNode): JsonNode {
  const data = memberOf(node, 'data');
  if (node.kind !== 'object' || data?.kind !== 'array') return node;
  const key = (item: JsonNode) => printJson(memberOf(item, 'session_id') ?? item);
  const sorted: JsonNode = { kind: 'array', items: [...data.items].sort((a, b) => (key(a) < key(b) ? -1 : 1)) };
  return { kind: 'object', members: node.members.map(([name, item]) => [name, name === 'data' ? sorted : item]) };
}
