import { arrayOf, objectOf, quote, type RawJson } from '@session-service/json';

/**
 * An answer that is not a success, in the shape that FastAPI gives it: `{"detail": …}`.
 * Thrown anywhere below the controllers and turned into a reply by the exception filter.
 */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    readonly detail: RawJson,
  ) {
    super(detail);
  }

  /** The reply's body. */
  get body(): RawJson {
    return objectOf([['detail', this.detail]]);
  }
}

/** A problem whose detail is one sentence. */
export function problem(status: number, sentence: string): HttpProblem {
  return new HttpProblem(status, quote(sentence));
}

/** One entry of a 422 body, in pydantic's words. `input` is the rejected value as JSON text. */
export interface ValidationIssue {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: RawJson;
  /** Further facts as JSON text, for example `{"ge":1}`; absent for most types. */
  readonly ctx?: RawJson;
}

/** 422 with every issue of a request, in the order in which FastAPI lists them: query first, then body. */
export function unprocessable(issues: readonly ValidationIssue[]): HttpProblem {
  return new HttpProblem(422, arrayOf(issues.map(issueJson)));
}

function issueJson({ type, loc, msg, input, ctx }: ValidationIssue): RawJson {
  const place = arrayOf(loc.map((step) => (typeof step === 'number' ? (String(step) as RawJson) : quote(step))));
  const members: [string, RawJson][] = [
    ['type', quote(type)],
    ['loc', place],
    ['msg', quote(msg)],
    ['input', input],
  ];
  if (ctx !== undefined) members.push(['ctx', ctx]);
  return objectOf(members);
}

/** 401 for a token that cannot be believed, with the reason that PyJWT 2.15, and so AgentOS, gives. */
export function invalidToken(reason: string): HttpProblem {
  return problem(401, `Invalid token: ${reason}`);
}

export function tokenExpired(): HttpProblem {
  return problem(401, 'Token has expired');
}

export function invalidSignature(): HttpProblem {
  return invalidToken('Signature verification failed');
}

/** 401 for a token meant for others, although its signature is good. */
export function invalidAudience(): HttpProblem {
  return problem(401, 'Invalid token audience - token not valid for this AgentOS instance');
}

/** 403 for a caller who may not do this. */
export function insufficientPermissions(scope: string): HttpProblem {
  return problem(403, `Insufficient permissions. Required scope(s): ${scope}`);
}
