import { HttpProblem } from '../errors/http-problem.js';

/** What a parser refuses a request with: `[status, detail]`. Fails when it accepts. */
export function refusal(parse: () => unknown): [status: number, detail: unknown] {
  try {
    parse();
  } catch (error) {
    if (error instanceof HttpProblem) return [error.status, JSON.parse(error.detail)];
    throw error;
  }
  throw new Error('the request was accepted');
}

/** The issues of a 422 in short: `type loc`. */
export function issues(parse: () => unknown): string[] {
  const [status, detail] = refusal(parse);
  if (status !== 422) throw new Error(`status ${status}`);
  return (detail as { type: string; loc: unknown[] }[]).map(({ type, loc }) => `${type} ${loc.join('.')}`);
}

export const JSON_TYPE = 'application/json';

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
