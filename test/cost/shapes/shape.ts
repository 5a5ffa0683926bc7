/** A JSON text. */
export type Json = string;

/** The members of a session, in the form in which a request names them and a row stores them. */
export interface SessionValue {
  /** Default: agent. */
  readonly type?: 'agent' | 'team' | 'workflow';
  readonly name?: Json;
  readonly state?: Json;
  readonly metadata?: Json;
  readonly summary?: Json;
  /** Each with the `run_id` that `runId` gives for its index. */
  readonly runs?: readonly Json[];
  /** Only by SQL: no request can set it. */
  readonly agentData?: Json;
  /** Only by SQL: so many sessions of this value. Default: 1. */
  readonly copies?: number;
}

/** How a shape gets into the tables. `both`: requests are measured, but reads see what SQL has stored. */
export type Storing = 'request' | 'sql' | 'both';

interface NamedShape {
  readonly name: string;
  /** Part of `make cost-quick`. */
  readonly isQuick?: boolean;
  /** The largest useful size; default: just under the body limit. */
  readonly mostBytes?: number;
  /** Statuses that the requests may be answered with. */
  readonly statuses?: readonly number[];
}

/** A session that is created, changed, read through every route and deleted. */
export interface SessionShape extends NamedShape {
  readonly kind: 'session';
  readonly isRefused?: never;
  readonly storing?: Storing;
  readonly value: (bytes: number) => SessionValue;
  /** Further query strings for `GET /sessions`. */
  readonly listQueries?: readonly string[];
}

/** A body that is sent to every route that takes one. */
export interface BodyShape extends NamedShape {
  readonly kind: 'body';
  readonly body: (bytes: number) => string | Buffer;
  readonly contentType?: string;
  /** The body is refused before anything is stored. */
  readonly isRefused?: boolean;
  /** Default: all four. */
  readonly routes?: readonly BodyRoute[];
}

export type BodyRoute = 'POST' | 'PATCH' | 'rename' | 'DELETE';

export type Shape = SessionShape | BodyShape;

/** The id of a run by its index: unique in the session, and short. */
export function runId(index: number): string {
  return `r${index}`;
}

/** What is true of most session shapes. */
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
