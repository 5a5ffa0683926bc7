import type { KeyObject } from 'node:crypto';
import {
  checkAudienceAndIssuer,
  HttpProblem,
  invalidSignature,
  invalidToken,
  problem,
  readClaims,
  readToken,
  type TokenClaims,
  tokenExpired,
  type UnverifiedToken,
} from '@session-service/contract';
import { errors, flattenedVerify } from 'jose';
import type { JwtOptions } from './auth-options.js';

/**
 * Verifies JSON Web Tokens with AgentOS's error texts. If no key verifies the token, the error of the last key is
 * reported. After a key for which the token is expired, no further key is tried.
 */
export class TokenVerifier {
  constructor(private readonly options: JwtOptions) {}

  /**
   * @param now seconds since 1970
   * @throws HttpProblem 401; 503 if the token's key may be one that could not be fetched
   */
  async verify(jwt: string, now: number): Promise<TokenClaims> {
    const token = readToken(jwt, this.options.algorithm);
    const { keys, isComplete } = await this.options.keys.keysFor(token.keyId);
    let failure = isComplete
      ? invalidToken('No verification keys configured')
      : problem(503, 'Authentication is temporarily unavailable');
    for (const key of keys) {
      const claims = await this.verifyWithKey(key, token, now);
      if (!(claims instanceof HttpProblem)) {
        checkAudienceAndIssuer(claims, this.options);
        return claims;
      }
      // Another key, which could not be fetched, may verify a signature that this one does not.
      if (isComplete || claims.detail !== invalidSignature().detail) failure = claims;
      if (failure.detail === tokenExpired().detail) break;
    }
    throw failure;
  }

  /** Returns the claims, or the reason for rejecting the token with this key. */
  private async verifyWithKey(key: KeyObject, token: UnverifiedToken, now: number): Promise<TokenClaims | HttpProblem> {
    try {
      await this.checkSignature(token, key);
      return readClaims(token.payload, this.options, now);
    } catch (error) {
      if (error instanceof HttpProblem) return error;
      throw error;
    }
  }

  private async checkSignature({ segments }: UnverifiedToken, key: KeyObject): Promise<void> {
    const { header, payload, signature } = segments;
    const unpadded = signature.replace(/=+$/, '');
    try {
      await flattenedVerify({ protected: header, payload, signature: unpadded }, key, {
        algorithms: [this.options.algorithm],
      });
    } catch (error) {
      if (error instanceof errors.JOSEError) throw invalidSignature();
      throw error;
    }
  }
}
