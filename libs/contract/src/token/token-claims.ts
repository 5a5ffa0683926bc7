import { isPresent, itemsOf, kindOf, pythonRepr, type RawJson, runSync, stringOf } from '@session-service/json';
import { invalidAudience, invalidToken, problem, tokenExpired } from '../http-problem.js';
import { isStorableId } from '../storable.js';
import { readTokenJson } from './unverified-token.js';

/** Requirements on the claims of a token whose signature is valid. */
export interface ClaimRules {
  /** Tolerated clock skew, in seconds. */
  readonly leewaySeconds: number;
  /** Accepted audiences; empty: the audience is not checked. */
  readonly audiences: readonly string[];
  readonly audienceClaim: string;
  readonly issuer: string | undefined;
}

/** The claims of a currently valid token. */
export interface TokenClaims {
  readonly members: ReadonlyMap<string, RawJson>;
  /** Unix seconds, including the leeway; undefined: the token does not expire. */
  readonly expiresAt: number | undefined;
}

/**
 * Reads and checks the claims of a token whose signature is valid, in PyJWT's order. `checkAudienceAndIssuer` does the
 * remaining checks.
 *
 * @param now Unix seconds
 * @throws HttpProblem 401
 */
export function readClaims(payload: Uint8Array, rules: ClaimRules, now: number): TokenClaims {
  const members = readTokenJson('payload', payload);
  const latest = now + rules.leewaySeconds;
  const issuedAt = numericDate(members, 'iat', 'Issued At claim (iat)');
  if (issuedAt !== undefined && issuedAt > latest) throw invalidToken('The token is not yet valid (iat)');
  const notBefore = numericDate(members, 'nbf', 'Not Before claim (nbf)');
  if (notBefore !== undefined && notBefore > latest) throw invalidToken('The token is not yet valid (nbf)');
  const expiry = numericDate(members, 'exp', 'Expiration Time claim (exp)');
  const expiresAt = expiry === undefined ? undefined : expiry + rules.leewaySeconds;
  if (expiresAt !== undefined && expiresAt <= now) throw tokenExpired();
  requireString(members, 'sub', 'Subject must be a string');
  requireString(members, 'jti', 'JWT ID must be a string');
  return { members, expiresAt };
}

/** @throws HttpProblem 401 when the audience or the issuer does not match the rules */
export function checkAudienceAndIssuer({ members }: TokenClaims, rules: ClaimRules): void {
  if (rules.audiences.length > 0) checkAudience(members.get(rules.audienceClaim), rules);
  if (rules.issuer !== undefined) checkIssuer(members.get('iss'), rules.issuer);
}

function checkAudience(claim: RawJson | undefined, { audiences, audienceClaim }: ClaimRules): void {
  if (!isPresent(claim)) throw missingClaim(audienceClaim, 'Audience');
  const claimed = (kindOf(claim) === 'array' ? [...itemsOf(claim)] : [claim]).map(stringOf);
  if (!claimed.some((audience) => audience !== undefined && audiences.includes(audience))) throw invalidAudience();
}

function checkIssuer(claim: RawJson | undefined, issuer: string): void {
  if (!isPresent(claim)) throw missingClaim('iss', 'Issuer');
  const actual = stringOf(claim);
  if (actual === issuer) return;
  throw invalidToken(
    `Invalid issuer. Expected: ${issuer}, got: ${actual ?? runSync(pythonRepr(claim, MAX_SHOWN_LENGTH))}`,
  );
}

/** Maximum length of an invalid issuer in the error message, in characters. */
const MAX_SHOWN_LENGTH = 10_000;

function missingClaim(claim: string, subject: 'Audience' | 'Issuer') {
  const rule = `${subject} verification requires this claim to be present in the token.`;
  return invalidToken(`Token is missing the "${claim}" claim. ${rule}`);
}

function numericDate(members: ReadonlyMap<string, RawJson>, claim: string, name: string): number | undefined {
  const value = members.get(claim);
  if (value === undefined) return undefined;
  const seconds = pythonInt(value);
  if (seconds === undefined) throw invalidToken(`${name} must be an integer.`);
  return seconds;
}

function requireString(members: ReadonlyMap<string, RawJson>, claim: string, message: string): void {
  const value = members.get(claim);
  if (value !== undefined && stringOf(value) === undefined) throw invalidToken(message);
}

/** Python's `int(value)` for a claim, rounded to a JavaScript number; undefined where Python raises an error. */
function pythonInt(raw: RawJson): number | undefined {
  if (raw === 'true') return 1;
  if (raw === 'false') return 0;
  const value = stringOf(raw);
  if (value !== undefined) return PYTHON_INTEGER.test(value) ? Number(value.trim().replaceAll('_', '')) : undefined;
  const number = Math.trunc(Number(raw));
  return Number.isFinite(number) || /^-?\d+$/.test(raw) ? number : undefined;
}

const PYTHON_INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

/** Prefix of the user id of service accounts. The sessions that an account creates belong to this user. */
export const SERVICE_ACCOUNT_PREFIX = 'sa:';

/**
 * The user id in a claim; undefined when the claim is absent or null.
 *
 * @throws HttpProblem 401 for ids that only AgentOS assigns, and for ids that PostgreSQL cannot store
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
