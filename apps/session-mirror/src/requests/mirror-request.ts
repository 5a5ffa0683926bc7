/** A request as it was made once, to be made again. */
export interface MirrorRequest {
  readonly method: string;
  /** Path and query, percent-encoded as they were. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A log does not tell whether there was a body. */
  readonly isBodyUnknown?: true;
  /** The session that this request created when it was recorded, which later requests name. */
  readonly createdSession?: string;
}

/** Why something in a source is not asked. */
export type SkipReason =
  | 'no request could be read'
  | 'a line beyond 1 MiB'
  | 'not a path of this service'
  | 'neither GET nor HEAD'
  | 'a write without its body'
  | 'a GET with a body'
  | 'not sampled';

export type RequestOrSkip = MirrorRequest | { readonly skipped: SkipReason };

export function isSkipped(found: RequestOrSkip): found is { readonly skipped: SkipReason } {
  return 'skipped' in found;
}

/** Methods that change nothing, and may be repeated at will. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
