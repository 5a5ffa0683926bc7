import { Controller, Get, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MemoryBudget } from '@session-service/database';
import type { StreamedBody } from '@session-service/json';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scaled } from '../../../test/support/time-scale.js';
import {
  AllExceptionsFilter,
  createHttpAdapter,
  observeRequestEnd,
  openRequest,
  RequestIdInterceptor,
  TimeoutInterceptor,
} from './index.js';

const TIMEOUT_MS = scaled(200);
const HELD_BYTES = 2 ** 20;

let finish: (body: StreamedBody) => void;
let fail: (error: Error) => void;

@Controller()
class SlowController {
  @Get()
  slow(): Promise<StreamedBody> {
    return new Promise((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
  }
}

@Module({
  controllers: [SlowController],
  providers: [
    { provide: APP_INTERCEPTOR, useFactory: () => new TimeoutInterceptor(TIMEOUT_MS) },
    { provide: APP_INTERCEPTOR, useClass: RequestIdInterceptor },
    { provide: APP_FILTER, useClass: AllExceptionsFilter },
  ],
})
class SlowModule {}

/** A streamed body that counts the calls of `close`, which would release its database connection. */
function streamedBody(): StreamedBody & { readonly closed: () => number } {
  let count = 0;
  const chunks = async function* () {
    yield Buffer.from('{}');
  };
  return { chunks: chunks(), close: () => void count++, closed: () => count };
}

describe('TimeoutInterceptor', () => {
  let app: NestFastifyApplication;
  let memory: MemoryBudget;
  let url: string;

  beforeEach(async () => {
    memory = new MemoryBudget(2 ** 24);
    const adapter = createHttpAdapter({ bodyLimitBytes: 1024, trustedProxies: [] });
    const fastify = adapter.getInstance();
    observeRequestEnd(fastify);
    openRequest(fastify, memory);
    fastify.addHook('preHandler', (request, _reply, done) => {
      request.memory.hold(HELD_BYTES, 'rows');
      done();
    });
    app = await NestFactory.create<NestFastifyApplication>(SlowModule, adapter, { bodyParser: false, logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterEach(() => app.close());

  it('responds 504 with the request id when the handler is slower than the timeout', async () => {
    const response = await fetch(url, { headers: { 'x-request-id': 'slow-1' } });
    expect([response.status, response.headers.get('x-request-id'), await response.json()]).toEqual([
      504,
      'slow-1',
      { detail: `The request took longer than ${TIMEOUT_MS} ms` },
    ]);
  });

  it('closes a body that the handler returns after the timeout and then releases the memory', async () => {
    expect((await fetch(url)).status).toBe(504);
    expect(memory.used).toBeGreaterThan(0);
    const body = streamedBody();
    finish(body);
    await expect.poll(() => memory.used).toBe(0);
    expect(body.closed()).toBe(1);
  });

  it('releases the memory when the handler fails after the timeout', async () => {
    expect((await fetch(url)).status).toBe(504);
    expect(memory.used).toBeGreaterThan(0);
    fail(new Error('late'));
    await expect.poll(() => memory.used).toBe(0);
  });

  it('sends a body that the handler returns in time, then closes it once and releases the memory', async () => {
    const body = streamedBody();
    const response = fetch(url);
    await expect.poll(() => memory.used).toBeGreaterThan(0);
    finish(body);
    expect([(await response).status, await (await response).text()]).toEqual([200, '{}']);
    await expect.poll(() => [memory.used, body.closed()]).toEqual([0, 1]);
  });
});
