import type { OsAuthentication } from '@session-service/contract';

export interface StandaloneOptions {
  readonly authentication: OsAuthentication;
  /** Time in milliseconds after which a response no longer waits for the components of a database. */
  readonly timeLimitMs: number;
}

export const STANDALONE_OPTIONS = Symbol('stand-alone options');
