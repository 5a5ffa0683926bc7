import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MemoryBudget } from '@session-service/database';
import { createHttpAdapter, observeRequestEnd, openRequest } from '@session-service/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountDocs, sessionApiDocument } from './index.js';

@Module({})
class EmptyModule {}

let app: NestFastifyApplication;

beforeAll(async () => {
  const adapter = createHttpAdapter({ bodyLimitBytes: 1024, trustedProxies: [] });
  observeRequestEnd(adapter.getInstance());
  openRequest(adapter.getInstance(), new MemoryBudget(2 ** 24));
  app = await NestFactory.create<NestFastifyApplication>(EmptyModule, adapter, { bodyParser: false, logger: false });
  mountDocs(app, {}, { isStandalone: true, hasExplorer: true });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(() => app.close());

describe('mountDocs', () => {
  it('serves the OpenAPI document as JSON at /openapi.json', async () => {
    const response = await app.inject('/openapi.json');
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(response.json()).toEqual(sessionApiDocument());
  });

  it('responds 304 to a client that has the current document', async () => {
    const { etag = '' } = (await app.inject('/openapi.json')).headers;
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await app.inject({ url: '/openapi.json', headers: { 'if-none-match': String(tag) } });
      expect([response.statusCode, response.body, response.headers['etag']]).toEqual([304, '', etag]);
    }
    const response = await app.inject({ url: '/openapi.json', headers: { 'if-none-match': '"other"' } });
    expect([response.statusCode, response.json()]).toEqual([200, sessionApiDocument()]);
  });

  it.each(['/docs', '/docs/'])('serves a page at %s that loads nothing from other hosts', async (page) => {
    const response = await app.inject(page);
    expect(response.headers['content-type']).toMatch(/^text\/html/);
    const links = [...response.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.filter((link) => link.endsWith('.js')).length).toBe(2);

    for (const link of links) {
      const { origin, pathname } = new URL(link, `http://service.example${page}`);
      expect(origin).toBe('http://service.example');
      const asset = await app.inject(pathname);
      expect([pathname, asset.statusCode, asset.headers['content-type']]).toEqual([
        pathname,
        200,
        expect.stringMatching(TYPES[pathname.split('.').at(-1) ?? ''] ?? /never/),
      ]);
    }
  });

  it.each(['/docs', '/docs/start.js', '/docs/swagger-ui.css', '/docs/favicon-32x32.png', '/openapi.json'])(
    'sends headers with %s that allow loading only from its own origin, and forbid framing and content sniffing',
    async (path) => {
      const { headers } = await app.inject({ url: path, headers: { 'if-none-match': '*' } });
      const policy = String(headers['content-security-policy']).split('; ');
      expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'"]));
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    },
  );

  it('serves a page without inline scripts and styles, which its Content-Security-Policy forbids', async () => {
    const { body } = await app.inject('/docs');
    expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|<script>/);
  });

  it('disables the public validator of Swagger UI', async () => {
    expect((await app.inject('/docs/start.js')).body).toContain('validatorUrl: null');
  });
});

const TYPES: Record<string, RegExp> = { js: /javascript/, css: /^text\/css/, png: /^image\/png/ };
