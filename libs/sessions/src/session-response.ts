import { exposeHeader } from '@session-service/http';
import type { FastifyReply } from 'fastify';
import type { ResponseBody } from './write-response.js';

/** A response whose status or headers depend on the session. */
export interface SessionResponse {
  /** Undefined with status 304. */
  readonly body: ResponseBody | undefined;
  /** By default that of the route. */
  readonly status?: number;
  readonly etag?: string;
  /** True if clients may store the response, and must then ask with its ETag before they use it again. */
  readonly isRevalidated?: boolean;
}

/** Sets the status and the headers of the reply, and returns the body, which Nest sends. */
export function send(reply: FastifyReply, response: SessionResponse): ResponseBody | undefined {
  const { body, status, etag, isRevalidated } = response;
  if (status !== undefined) reply.status(status);
  if (etag !== undefined) exposeHeader(reply.header('etag', etag), 'ETag');
  if (isRevalidated) reply.header('cache-control', 'private, no-cache');
  if (status === 304) reply.removeHeader('content-type');
  return body;
}
