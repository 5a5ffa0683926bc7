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

/** The oracle's outcome of a case with generated values masked. It is recorded, and our outcome is compared with it. */
export interface Expectation {
  /** The requests as text. A recording whose requests differ from those of the case is outdated. */
  readonly requests: readonly string[];
  readonly answers: readonly ExpectedResponse[];
  /** JSON text of the rows after the case. */
  readonly rows?: string;
  readonly tables?: string;
}

const SHOWN_TEXT = 200;

export function expectationOf(contract: ContractCase, oracle: CaseOutcome): Expectation {
  return {
    requests: contract.steps.map(describeRequest),
    answers: oracle.responses.map((response) => maskedExpectation(response, contract)),
    ...(oracle.rows === undefined ? {} : { rows: printJson(maskGeneratedValues(oracle.rows, periodOfCase(oracle))) }),
    ...(oracle.tables === undefined ? {} : { tables: printJson(oracle.tables) }),
  };
}

/** Formats a request as one line of text. */
export function describeRequest(step: Step): string {
  const body = step.body === undefined ? '' : ` ${Buffer.from(step.body as string).toString('latin1')}`;
  const headers = Object.entries(step.headers ?? {}).filter(([, value]) => value !== 'application/json');
  const shown = headers.map(([name, value]) => ` ${name}: ${value}`).join('');
  return `${step.method} ${shorten(step.path)}${shown}${shorten(body)}`;
}

/** Truncates a long string and adds its hash, so that different strings remain distinguishable. */
function shorten(value: string): string {
  return value.length <= SHOWN_TEXT ? value : `${value.slice(0, SHOWN_TEXT)}… ${hashIfLong(value)}`;
}
