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
 * Verifies JSON Web Tokens. What is wrong with one is said as AgentOS says it: of several keys the last one's complaint
 * counts, except that an expired token is expired whatever the others say.
 */
export class TokenVerifier {
  constructor(private readonly options: JwtOptions) {}

  /**
   * @param now seconds since 1970
   * @throws HttpProblem 401; 503 while the keys cannot be had
   */
  async verify(text: string, now: number): Promise<TokenClaims> {
    const token = readToken(text, this.options.algorithm);
    let complaint = invalidToken('No verification keys configured');
    for (const key of await this.options.keys.keysFor(token.keyId)) {
      const claims = await this.verifyWithKey(key, token, now);
      if (!(claims instanceof HttpProblem)) {
        checkAudienceAndIssuer(claims, this.options);
        return claims;
      }
      complaint = claims;
      if (complaint.detail === tokenExpired().detail) break;
    }
    throw complaint;
  }

  /** The claims of a token that this key signed, or what is wrong with it. */
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
    const bare = signature.replace(/=+$/, '');
    try {
      await flattenedVerify({ protected: header, payload, signature: bare }, key, {
        algorithms: [this.options.algorithm],
      });
    } catch (error) {
      if (error instanceof errors.JOSEError) throw invalidSignature();
      throw error;
    }
  }
}
