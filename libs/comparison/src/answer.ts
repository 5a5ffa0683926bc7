import { type JsonNode, parseJson } from './json.js';
import type { Period } from './mask.js';

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
