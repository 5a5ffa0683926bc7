import {
  type ExpectedResponse,
  hashIfLong,
  maskedExpectation,
  maskGeneratedValues,
  printJson,
} from '@session-service/comparison';
import type { ContractCase } from './contract-case.js';
import { type CaseOutcome, periodOfCase } from './perform-case.js';
import type { Step } from './send-step.js';

/** What the oracle did in a case, with generated values masked: what our side is compared with, and what is recorded. */
export interface Expectation {
  /** The requests that led to it, as text: a recording of other requests is out of date. */
  readonly requests: readonly string[];
  readonly answers: readonly ExpectedResponse[];
  /** JSON text of the rows left behind. */
  readonly rows?: string;
  readonly tables?: string;
}

const SHOWN_TEXT = 200;

export function expectationOf(contract: ContractCase, oracle: CaseOutcome): Expectation {
  return {
    requests: contract.steps.map(describeRequest),
    answers: oracle.answers.map((answer) => maskedExpectation(answer, contract)),
    ...(oracle.rows === undefined ? {} : { rows: printJson(maskGeneratedValues(oracle.rows, periodOfCase(oracle))) }),
    ...(oracle.tables === undefined ? {} : { tables: printJson(oracle.tables) }),
  };
}

/** One line that says what is sent. */
export function describeRequest(step: Step): string {
  const body = step.body === undefined ? '' : ` ${Buffer.from(step.body as string).toString('latin1')}`;
  const headers = Object.entries(step.headers ?? {}).filter(([, value]) => value !== 'application/json');
  const shown = headers.map(([name, value]) => ` ${name}: ${value}`).join('');
  return `${step.method} ${shorten(step.path)}${shown}${shorten(body)}`;
}

/** Long texts are cut, with their hash told, so that two different ones never look the same. */
function shorten(text: string): string {
  return text.length <= SHOWN_TEXT ? text : `${text.slice(0, SHOWN_TEXT)}… ${hashIfLong(text)}`;
}
