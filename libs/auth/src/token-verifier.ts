import {
  checkAudienceAndIssuer,
  HttpProblem,
  invalidSignature,
  invalidToken,
  readClaims,
  readToken,
  type TokenClaims,
  tokenExpired,
  type UnverifiedToken,
} from '@session-service/contract';
import { errors, flattenedVerify } from 'jose';
import type { JwtOptions } from './auth-options.js';
import type { VerificationKey } from './verification-keys.js';

/**
 * Verifies JSON Web Tokens with AgentOS's error texts. If no key verifies the token, the error of the last key is
 * reported. After a key for which the token is expired, no further key is tried.
 */
export class TokenVerifier {
  constructor(private readonly options: JwtOptions) {}

  /**
   * @param now seconds since 1970
   * @throws HttpProblem 401; 503 if the keys cannot be fetched
   */
  async verify(jwt: string, now: number): Promise<TokenClaims> {
    const token = readToken(jwt, this.options.algorithm);
    let failure = invalidToken('No verification keys configured');
    for (const key of await this.options.keys.keysFor(token.keyId)) {
      const claims = await this.verifyWithKey(key, token, now);
      if (!(claims instanceof HttpProblem)) {
        checkAudienceAndIssuer(claims, this.options);
        return claims;
      }
      failure = claims;
      if (failure.detail === tokenExpired().detail) break;
    }
    throw failure;
  }

  /** Returns the claims, or the reason for rejecting the token with this key. */
  private async verifyWithKey(
    key: VerificationKey,
    token: UnverifiedToken,
    now: number,
  ): Promise<TokenClaims | HttpProblem> {
    try {
      await this.checkSignature(token, key);
      return readClaims(token.payload, this.options, now);
    } catch (error) {
      if (error instanceof HttpProblem) return error;
      throw error;
    }
  }

  private async checkSignature({ segments }: UnverifiedToken, key: VerificationKey): Promise<void> {
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
