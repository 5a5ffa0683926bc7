import { type HttpProblem, problem } from '../errors/http-problem.js';

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
