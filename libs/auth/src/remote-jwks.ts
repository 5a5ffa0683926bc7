import { Logger } from '@nestjs/common';
import { KeySet } from './jwks.js';
import { type FoundKeys, isSymmetric, type JwtAlgorithm, KeyError, type KeySource } from './verification-keys.js';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 2 ** 19;
/** Time in milliseconds after which a key set is fetched again, so that a removed key stops working. */
const MAX_AGE_MS = 10 * 60_000;
/** Time in milliseconds for which a key set stays in use while it cannot be fetched again. */
const MAX_STALE_MS = 24 * 3_600_000;
/** Minimum milliseconds between fetches for an unknown `kid`, so that clients cannot flood the identity provider. */
const COOLDOWN_MS = 30_000;
/** Minimum milliseconds between a failed fetch and the next one. */
const RETRY_MS = 10_000;

/** The keys of an identity provider's JWKS: fetched when needed, cached, and fetched again for an unknown `kid`. */
export class RemoteJwks implements KeySource {
  readonly hasShortSecret = false;
  private readonly logger = new Logger('Auth');
  private fetched: { readonly keys: KeySet; readonly at: number } | undefined;
  private pending: Promise<void> | undefined;
  private nextFetchAt = 0;
  private hasFailed = false;

  /** @throws KeyError for HMAC, whose secrets no one should publish */
  constructor(
    private readonly url: URL,
    private readonly algorithm: JwtAlgorithm,
  ) {
    if (isSymmetric(algorithm)) {
      throw new KeyError(`serves public keys: for ${algorithm} set JWT_VERIFICATION_KEY or JWT_JWKS_FILE instead`);
    }
  }

  /** All keys for a token without `kid`. */
  async keysFor(keyId: string | undefined): Promise<FoundKeys> {
    if (this.needsFetch(keyId)) await this.fetchOnce();
    const keys = this.keysYoungerThan(MAX_STALE_MS);
    const key = keys?.find(keyId);
    const found = keyId === undefined ? keys?.all : key && [key];
    return { keys: found ?? [], isComplete: !this.hasFailed || keys?.has(keyId) === true };
  }

  private needsFetch(keyId: string | undefined): boolean {
    const keys = this.keysYoungerThan(MAX_AGE_MS);
    return keys === undefined || (keyId !== undefined && !keys.has(keyId));
  }

  private keysYoungerThan(ageMs: number): KeySet | undefined {
    return this.fetched !== undefined && performance.now() - this.fetched.at < ageMs ? this.fetched.keys : undefined;
  }

  /** Waits for the fetch in progress, or starts one unless the last one is too recent. */
  private async fetchOnce(): Promise<void> {
    if (this.pending === undefined && performance.now() < this.nextFetchAt) return;
    this.pending ??= this.fetch().finally(() => {
      this.pending = undefined;
      this.nextFetchAt = performance.now() + (this.hasFailed ? RETRY_MS : COOLDOWN_MS);
    });
    await this.pending;
  }

  private async fetch(): Promise<void> {
    const { origin } = this.url;
    try {
      const keys = KeySet.parse(await fetchText(this.url), this.algorithm);
      if (keys === undefined) throw new Error('the response is no key set');
      if (keys.all.length === 0) this.logger.warn(`The JWKS of ${origin} has no key for ${this.algorithm}`);
      if (this.hasFailed) this.logger.log(`Fetching the JWKS of ${origin} succeeded after failures`);
      this.fetched = { keys, at: performance.now() };
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      this.logger.warn(`Fetching the JWKS of ${origin} failed: ${reasonOf(error)}`);
    }
  }
}

/** Follows no redirect, which could lead to a host that the operator has not named. */
async function fetchText(url: URL): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const response = await fetch(url, { redirect: 'manual', signal, headers });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the status is ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the response has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The reason of a failed fetch: `fetch` reports the error of a connection as the cause of its own error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
