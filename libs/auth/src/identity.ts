import type { Caller } from './caller.js';

/** Who a verified token speaks for. */
export interface Identity {
  readonly caller: Caller;
  readonly scopes: readonly string[];
  /** Whether `scopes` decide what the caller may do. */
  readonly isBoundByScopes: boolean;
  /** Seconds since 1970; undefined: for ever. */
  readonly expiresAt: number | undefined;
}
