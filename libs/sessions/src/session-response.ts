import { exposeHeader } from '@session-service/http';
import type { FastifyReply } from 'fastify';
import type { ResponseBody } from './write-response.js';

/** A response whose status or headers depend on the session. */
export interface SessionResponse {
  readonly body: ResponseBody;
  /** By default that of the route. */
  readonly status?: number;
  readonly etag?: string;
}

/** Sets the status and the headers of the reply, and returns the body, which Nest sends. */
export function send(reply: FastifyReply, { body, status, etag }: SessionResponse): ResponseBody {
  if (status !== undefined) reply.status(status);
  if (etag !== undefined) exposeHeader(reply.header('etag', etag), 'ETag');
  return body;
}
