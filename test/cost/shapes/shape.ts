/** A JSON document as text. */
export type Json = string;

/** The members of a session as JSON, as sent in requests and stored in rows. */
export interface SessionValue {
  /** Type of the session. Default: agent. */
  readonly type?: 'agent' | 'team' | 'workflow';
  readonly name?: Json;
  readonly state?: Json;
  readonly metadata?: Json;
  readonly summary?: Json;
  /** Runs as JSON. Each has the `run_id` that `runId` returns for its index. */
  readonly runs?: readonly Json[];
  /** Stored by SQL only, because no request can set it. */
  readonly agentData?: Json;
  /** Number of sessions with this value, stored by SQL only. Default: 1. */
  readonly copies?: number;
}

/** How the value is stored. `both`: write requests are measured, then SQL stores the value for the reads. */
type Storing = 'request' | 'sql' | 'both';

interface NamedShape {
  readonly name: string;
  /** True for a shape that `make cost-quick` also tests. */
  readonly isQuick?: boolean;
  /** The largest size to test, in bytes. Default: just below the body limit. */
  readonly maxBytes?: number;
  /** Statuses that responses to writes may have. */
  readonly statuses?: readonly number[];
}

/** A session that is created, changed, read through every route and deleted. */
export interface SessionShape extends NamedShape {
  readonly kind: 'session';
  readonly isRejected?: never;
  readonly storing?: Storing;
  readonly value: (bytes: number) => SessionValue;
  /** Further query strings for `GET /sessions`. */
  readonly listQueries?: readonly string[];
}

/** A body that is sent to every route that accepts one. */
export interface BodyShape extends NamedShape {
  readonly kind: 'body';
  readonly body: (bytes: number) => string | Buffer;
  readonly contentType?: string;
  /** True if the service rejects the body before it stores anything, so that a test on one layout suffices. */
  readonly isRejected?: boolean;
  /** Default: all routes that accept a body. */
  readonly routes?: readonly BodyRoute[];
}

export type BodyRoute = 'POST' | 'PATCH' | 'merge' | 'rename' | 'search' | 'DELETE';

export type Shape = SessionShape | BodyShape;

export function runId(index: number): string {
  return `r${index}`;
}

export function sessionShape(
  name: string,
  value: SessionShape['value'],
  options: Partial<Omit<SessionShape, 'kind' | 'name' | 'value'>> = {},
): SessionShape {
  return { kind: 'session', name, value, ...options };
}

export function bodyShape(
  name: string,
  body: BodyShape['body'],
  options: Partial<Omit<BodyShape, 'kind' | 'name' | 'body'>> = {},
): BodyShape {
  return { kind: 'body', name, body, ...options };
}
