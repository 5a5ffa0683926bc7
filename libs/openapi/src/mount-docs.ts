import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { onRequestHookHandler, RouteShorthandOptions } from 'fastify';
import { type OptionalRoutes, sessionApiDocument } from './session-api-document.js';

/** The files of Swagger UI that the page needs, with their content types. */
const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>AgentOS session service</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/**
 * The page may only load and request what comes from its own origin, and no page may frame it. Swagger UI has its icons
 * as `data:` URLs in its stylesheet.
 */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Without `validatorUrl: null` Swagger UI may send the URL of the document to validator.swagger.io. */
const START_SCRIPT = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', validatorUrl: null });\n`;

/**
 * Serves the OpenAPI document at `/openapi.json`, built on the first request, and Swagger UI at `/docs`. The page loads
 * nothing from other hosts. Call this before the application listens.
 *
 * @param routeOptions route options of Fastify; Nest's interceptors do not run, because these routes have no controller
 * @param routes the routes that the document describes, besides those that always exist
 */
export function mountDocs(
  app: NestFastifyApplication,
  routeOptions: RouteShorthandOptions,
  routes: OptionalRoutes,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  const options: RouteShorthandOptions = { ...routeOptions, onRequest: addSecurityHeaders };
  const { resolve } = createRequire(import.meta.url);
  let document: TaggedBody | undefined;
  fastify.get('/openapi.json', options, ({ headers }, reply) => {
    document ??= withEtag(JSON.stringify(sessionApiDocument(routes)));
    reply.header('etag', document.etag);
    if (matchesEtag(headers['if-none-match'], document.etag)) return reply.code(304).send();
    return reply.send(document.content);
  });
  fastify.get('/docs', options, (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  fastify.get('/docs/start.js', options, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(START_SCRIPT),
  );
  for (const [name, type] of Object.entries(ASSETS)) {
    fastify.get(`/docs/${name}`, options, (_request, reply) =>
      reply.type(type).send(createReadStream(resolve(`swagger-ui-dist/${name}`))),
    );
  }
}

const addSecurityHeaders: onRequestHookHandler = (_request, reply, done) => {
  reply.headers(SECURITY_HEADERS);
  done();
};

/** A response body with its strong entity tag (RFC 9110, section 8.8.3). */
interface TaggedBody {
  readonly content: string;
  readonly etag: string;
}

function withEtag(content: string): TaggedBody {
  return { content, etag: `"${hash('sha256', content, 'base64url')}"` };
}

/** True when the client has the current version. `If-None-Match` uses weak comparison (RFC 9110, section 13.1.2). */
function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, ''))) ?? false;
}
