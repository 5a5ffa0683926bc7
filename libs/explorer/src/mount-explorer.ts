import { NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parseIfNoneMatch } from '@session-service/contract';
import { rawPathOf, rawQueryOf } from '@session-service/http';
import type { FastifyReply, FastifyRequest, onRequestHookHandler, RouteShorthandOptions } from 'fastify';
import type { ExplorerFile } from './explorer-files.js';

/**
 * Stored content must not run, and the page must send nothing to other hosts. Media of sessions are `blob:` URLs that the
 * page creates.
 */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; " +
    "form-action 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // The query names sessions and users.
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

const PAGE_PATH = '/explorer/';

/**
 * Serves the built explorer: the page at `/explorer/` and its files below. They need no token. The page keeps its state
 * in the query, so all other paths are 404. Call this before the application listens.
 *
 * @param routeOptions route options of Fastify; Nest's interceptors do not run, because these routes have no controller
 * @param files by their path below the folder of the build
 */
export function mountExplorer(
  app: NestFastifyApplication,
  routeOptions: RouteShorthandOptions,
  files: ReadonlyMap<string, ExplorerFile>,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  const shared = { ...routeOptions, method: ['GET', 'HEAD'], onRequest: addSecurityHeaders };
  fastify.route({
    ...shared,
    url: '/explorer',
    handler: (request, reply) =>
      isPagePath(request) ? sendFile(request, reply, files.get('index.html')) : redirectToPage(request, reply),
  });
  fastify.route<{ Params: { '*': string } }>({
    ...shared,
    url: '/explorer/*',
    handler: (request, reply) => sendFile(request, reply, files.get(request.params['*'])),
  });
}

const addSecurityHeaders: onRequestHookHandler = (_request, reply, done) => {
  reply.headers(SECURITY_HEADERS);
  done();
};

/** The router ignores trailing slashes, so the path as received decides. An absolute URL ends with it as well. */
function isPagePath({ originalUrl }: FastifyRequest): boolean {
  return rawPathOf(originalUrl).endsWith(PAGE_PATH);
}

function redirectToPage({ url }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = rawQueryOf(url);
  reply.removeHeader('content-type').header('cache-control', 'no-cache');
  return reply.redirect(query === '' ? PAGE_PATH : `${PAGE_PATH}?${query}`, 308);
}

/** @throws NotFoundException, which the exception filter turns into AgentOS's 404, or 405 for another method */
function sendFile(request: FastifyRequest, reply: FastifyReply, file: ExplorerFile | undefined): FastifyReply {
  if (file === undefined) throw new NotFoundException();
  const { headers } = request;
  const brotli = acceptsBrotli(headers['accept-encoding']) ? file.brotli : undefined;
  const { bytes, etag } = brotli ?? file.plain;
  reply.headers({
    etag,
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    // CORS depends on the origin.
    vary: 'Origin, Accept-Encoding',
  });
  const tags = parseIfNoneMatch(headers['if-none-match']);
  if (tags === 'any' || tags?.has(etag)) return reply.removeHeader('content-type').code(304).send();
  if (brotli !== undefined) reply.header('content-encoding', 'br');
  return reply.type(file.type).send(bytes);
}

/** True if the header names `br` without the weight 0, which forbids it. */
function acceptsBrotli(acceptEncoding: string | string[] | undefined): boolean {
  return String(acceptEncoding ?? '')
    .split(',')
    .some((coding) => /^\s*br\s*(;(?!\s*q=0(\.0*)?\s*$)|$)/i.test(coding));
}
