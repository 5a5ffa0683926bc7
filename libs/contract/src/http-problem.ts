import { arrayOf, asRaw, objectOf, quote, type RawJson } from '@session-service/json';

/** An error response in FastAPI's shape, `{"detail": …}`. The exception filter turns it into the response. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    readonly detail: RawJson,
  ) {
    super(detail);
  }

  get body(): RawJson {
    return objectOf([['detail', this.detail]]);
  }
}

/** A problem whose detail is a plain message. */
export function problem(status: number, message: string): HttpProblem {
  return new HttpProblem(status, quote(message));
}

/** One entry of a 422 body, in pydantic's format. */
export interface ValidationIssue {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: RawJson;
  /** Parameters of the message, for example `{"ge":1}`. Most issue types have none. */
  readonly ctx?: RawJson;
}

/** The 422 for the issues of a request, which must be in FastAPI's order: the query's issues before the body's. */
export function unprocessable(issues: readonly ValidationIssue[]): HttpProblem {
  return new HttpProblem(422, arrayOf(issues.map(issueJson)));
}

function issueJson({ type, loc, msg, input, ctx }: ValidationIssue): RawJson {
  const path = loc.map((step) => (typeof step === 'number' ? asRaw(String(step)) : quote(step)));
  const members: [string, RawJson][] = [
    ['type', quote(type)],
    ['loc', arrayOf(path)],
    ['msg', quote(msg)],
    ['input', input],
  ];
  if (ctx !== undefined) members.push(['ctx', ctx]);
  return objectOf(members);
}

/** 401 for an invalid token. The reason is the message of PyJWT 2.15, which AgentOS passes on. */
export function invalidToken(reason: string): HttpProblem {
  return problem(401, `Invalid token: ${reason}`);
}

export function tokenExpired(): HttpProblem {
  return problem(401, 'Token has expired');
}

export function invalidSignature(): HttpProblem {
  return invalidToken('Signature verification failed');
}

/** 401 for a correctly signed token that was issued for another audience. */
export function invalidAudience(): HttpProblem {
  return problem(401, 'Invalid token audience - token not valid for this AgentOS instance');
}

/** 403 for a caller without the required scope. */
export function insufficientPermissions(scope: string): HttpProblem {
  return problem(403, `Insufficient permissions. Required scope(s): ${scope}`);
}
