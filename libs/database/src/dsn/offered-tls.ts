import { requestTls } from './ask-for-tls.js';
import type { PoolTarget } from './pool-target.js';

/**
 * Settles sslmode allow and prefer, which node-postgres cannot: asks the server whether it encrypts, and returns a
 * target with TLS (unverified, as libpq has it) when it does. Other targets come back as they are. Unlike libpq, a server
 * that encrypts but lets this user in only without TLS is not tried again: such a DSN needs sslmode=disable.
 *
 * @throws the network's error when the server cannot be reached within `timeoutMs`, or does not answer the question
 */
export async function withOfferedTls(target: PoolTarget, timeoutMs: number): Promise<PoolTarget> {
  if (!target.tlsIfOffered) return target;
  const answer = await requestTls(target, timeoutMs);
  if (answer === 'N') return target;
  // A server that cannot serve anybody says so in words.
  if (answer !== 'S') throw new Error('the server does not say whether it encrypts');
  return { ...target, ssl: { rejectUnauthorized: false } };
}
