import type { Deadline } from '@agno/database';
import type { RequestFields } from './logger.js';

/** What a request carries through the service beside Fastify's own: filled in as it becomes known. */
export interface RequestContext {
  /** When to stop waiting for the answer. */
  deadline: Deadline;
  /** The `Content-Type` as sent; the contract judges it, not Fastify. */
  contentType: string | undefined;
  /** The db_id that answers, for the access log. */
  databaseId: string | undefined;
  /** Where the request is traced: what its line in the access log says of that. */
  trace: Pick<RequestFields, 'trace_id' | 'span_id'> | undefined;
}

declare module 'fastify' {
  interface FastifyRequest extends RequestContext {}
}
