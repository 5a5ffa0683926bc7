import { HttpProblem } from '@session-service/contract';

/** The problem that a parser throws or defers, as `[status, detail]`. */
export function problemOf(parse: () => unknown): [status: number, detail: unknown] {
  const problem = thrownOrDeferred(parse);
  if (!(problem instanceof HttpProblem)) throw new Error('the parser accepted the request');
  return [problem.status, JSON.parse(problem.detail)];
}

function thrownOrDeferred(parse: () => unknown): unknown {
  try {
    const parsed = parse();
    return typeof parsed === 'object' && parsed !== null && 'deferredProblem' in parsed
      ? parsed.deferredProblem
      : undefined;
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
}

/** The issues of the 422 that a parser throws or defers, each as `type loc`: `missing body.session_ids`. */
export function issuesOf(parse: () => unknown): string[] {
  const [status, detail] = problemOf(parse);
  if (status !== 422) throw new Error(`expected status 422, got ${status}`);
  return (detail as { type: string; loc: unknown[] }[]).map(({ type, loc }) => `${type} ${loc.join('.')}`);
}

/** A request body as a parser receives it, by default with a JSON content type. */
export function received(body: string | Uint8Array | undefined, contentType: string | undefined = 'application/json') {
  return { bytes: typeof body === 'string' ? bytes(body) : body, contentType, limitBytes: 16_777_216 };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
