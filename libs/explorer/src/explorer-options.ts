import type { OsAuthentication, TokenSource } from '@session-service/contract';

export interface ExplorerOptions {
  readonly mode: OsAuthentication['mode'];
  /** Where requests may carry their token. */
  readonly tokenSource: TokenSource;
}

export const EXPLORER_OPTIONS = Symbol('explorer options');
