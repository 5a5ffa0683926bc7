import type { Deadline, Reservation } from '@agno/database';
import type { LogContext } from './logger.js';

/** What a request carries through the service beside Fastify's own: filled in as it becomes known. */
export interface RequestContext {
  /** Memory of the process that the request holds until it has replied and its connection has taken the response. */
  memory: Reservation;
  /** When to stop waiting for the answer. */
  deadline: Deadline;
  /** The `Content-Type` as sent; the contract judges it, not Fastify. */
  contentType: string | undefined;
  /** The db_id that answers, for the access log. */
  databaseId: string | undefined;
  /** Where the request is traced: what its line in the access log says of that. */
  trace: Pick<LogContext, 'trace_id' | 'span_id'> | undefined;
  /** True when the handler has ended: it has handed over its response. */
  hasReplied: boolean;
}

declare module 'fastify' {
  interface FastifyRequest extends RequestContext {}
}
