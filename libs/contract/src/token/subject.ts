import { isPresent, type RawJson, stringOf } from '@agno/json';
import { problem } from '../errors/http-problem.js';
import { isStorableId } from '../request/clean-text.js';
import { invalidToken } from './token-problems.js';

/** How a service account is named as the owner of what it creates. */
export const SERVICE_ACCOUNT_PREFIX = 'sa:';

/**
 * The user that a token speaks for; undefined when it names none.
 *
 * @throws HttpProblem 401 for identities that only AgentOS itself assigns, and for those that no row can name
 */
export function subjectOf(claim: RawJson | undefined): string | undefined {
  if (!isPresent(claim)) return undefined;
  const subject = stringOf(claim);
  if (subject === undefined) throw invalidToken('Subject must be a string');
  if (
    RESERVED_PREFIXES.some((prefix) => subject.startsWith(prefix)) ||
    subject === SCHEDULER_SUBJECT ||
    !isStorableId(subject)
  ) {
    throw problem(401, 'Invalid token subject');
  }
  return subject;
}

const RESERVED_PREFIXES = [SERVICE_ACCOUNT_PREFIX, '__oauth__:'];
const SCHEDULER_SUBJECT = '__scheduler__';
