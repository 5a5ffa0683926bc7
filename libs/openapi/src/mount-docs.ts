import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { sessionApiDocument } from './session-api-document.js';

/** What the page needs of Swagger UI, by content type. */
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

/** Swagger UI would otherwise send the document's address to a public validator. */
const START_SCRIPT = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', validatorUrl: null });\n`;

/**
 * Serves the API's document at `/openapi.json` and a page to read and try it at `/docs`. The page's scripts and styles
 * come from this service, and nothing on it calls elsewhere. The first request for the document builds it. Call this before
 * the application listens.
 */
export function mountDocs(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const find = createRequire(import.meta.url).resolve;
  let document: TaggedText | undefined;
  fastify.get('/openapi.json', ({ headers }, reply) => {
    document ??= tagged(JSON.stringify(sessionApiDocument()));
    reply.header('etag', document.etag);
    if (isCurrent(headers['if-none-match'], document.etag)) return reply.code(304).send();
    return reply.send(document.text);
  });
  fastify.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  fastify.get('/docs/start.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START_SCRIPT));
  for (const [name, type] of Object.entries(ASSETS)) {
    fastify.get(`/docs/${name}`, (_request, reply) =>
      reply.type(type).send(createReadStream(find(`swagger-ui-dist/${name}`))),
    );
  }
}

/** A response body with its strong validator (RFC 9110, section 8.8.3). */
interface TaggedText {
  readonly text: string;
  readonly etag: string;
}

function tagged(text: string): TaggedText {
  return { text, etag: `"${hash('sha256', text, 'base64url')}"` };
}

/** True when the client already holds this version. `If-None-Match` compares weakly (RFC 9110, section 13.1.2). */
function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, ''))) ?? false;
}
