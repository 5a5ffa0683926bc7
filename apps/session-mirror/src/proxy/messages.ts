import type { IncomingHttpHeaders } from 'node:http';
import type { MirrorRequest, SkipReason } from '../requests/mirror-request.js';

/** Python's answer as it went through the proxy. */
export interface CapturedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it was on the wire, compressed or not. */
  readonly body: Uint8Array;
  /** When the request was sent, in seconds since 1970. */
  readonly sentAt: number;
  readonly milliseconds: number;
}

/** What the proxy tells the thread that compares. */
export type MessageToThread =
  | { readonly kind: 'copy'; readonly request: MirrorRequest; readonly seen: CapturedResponse }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'stop' };

/** What that thread tells the proxy. */
export type MessageFromThread =
  /** A copy is done with, and so many bytes. */
  | { readonly kind: 'done'; readonly bytes: number }
  | { readonly kind: 'finished'; readonly summary: string; readonly exitCode: number };
