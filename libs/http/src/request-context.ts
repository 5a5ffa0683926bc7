import type { Deadline } from '@agno/database';

/** What a request carries through the service beside Fastify's own: filled in as it becomes known. */
export interface RequestContext {
  /** When to stop waiting for the answer. */
  deadline: Deadline;
  /** The `Content-Type` as sent; the contract judges it, not Fastify. */
  contentType: string | undefined;
  /** The db_id that answers, for the access log. */
  databaseId: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest extends RequestContext {}
}
