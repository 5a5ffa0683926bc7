import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MemoryBudget } from '@session-service/database';
import { createHttpAdapter, createLogger } from '@session-service/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountDocs, sessionApiDocument } from './index.js';

@Module({})
class NothingElse {}

let app: NestFastifyApplication;

beforeAll(async () => {
  const adapter = createHttpAdapter(
    { bodyLimitBytes: 1024, maxConnections: 10, requestTimeoutMs: 60_000, trustedProxies: [], corsOrigins: [] },
    new MemoryBudget(2 ** 24),
    () => false,
    createLogger('silent'),
  );
  app = await NestFactory.create<NestFastifyApplication>(NothingElse, adapter, { bodyParser: false, logger: false });
  mountDocs(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(() => app.close());

describe('the documentation', () => {
  it('is JSON at /openapi.json', async () => {
    const reply = await app.inject('/openapi.json');
    expect(reply.headers['content-type']).toMatch(/^application\/json/);
    expect(reply.json()).toEqual(sessionApiDocument());
  });

  it('has an entity tag, and is not sent again to a client that has it', async () => {
    const { etag = '' } = (await app.inject('/openapi.json')).headers;
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    for (const held of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const reply = await app.inject({ url: '/openapi.json', headers: { 'if-none-match': String(held) } });
      expect([reply.statusCode, reply.body, reply.headers['etag']]).toEqual([304, '', etag]);
    }
    const reply = await app.inject({ url: '/openapi.json', headers: { 'if-none-match': '"other"' } });
    expect([reply.statusCode, reply.json()]).toEqual([200, sessionApiDocument()]);
  });

  it.each(['/docs', '/docs/'])('is a page at %s, complete without any other host', async (page) => {
    const reply = await app.inject(page);
    expect(reply.headers['content-type']).toMatch(/^text\/html/);
    const links = [...reply.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
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

  it('asks no validator of elsewhere', async () => {
    expect((await app.inject('/docs/start.js')).body).toContain('validatorUrl: null');
  });
});

const TYPES: Record<string, RegExp> = { js: /javascript/, css: /^text\/css/, png: /^image\/png/ };
