import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyServiceWithExplorer, type ServiceCopy } from '../support/built-explorer.js';
import type { ServerProcess } from '../support/child-process.js';
import { send } from '../support/plain-request.js';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { startSessionService } from '../support/session-service.js';

const PAGE = `<!doctype html><title>Sessions</title><script type="module" src="/explorer/assets/index-B4x_9zQ1.js"></script>`;
const SCRIPT = `console.log('${'session '.repeat(200)}');\n`;
const PIXEL = Buffer.from('89504e470d0a1a0a', 'hex');
const FILES = {
  'index.html': PAGE,
  'favicon.svg': `<svg xmlns="http://www.w3.org/2000/svg">${'<g></g>'.repeat(20)}</svg>`,
  'assets/index-B4x_9zQ1.js': SCRIPT,
  'assets/index-C0ffee00.css': 'p { margin: 0 }',
  'assets/pixel-0a1b2c3d.png': PIXEL,
};
const SCRIPT_PATH = '/explorer/assets/index-B4x_9zQ1.js';
const NOT_FOUND = '{"detail":"Not Found"}';
const SECRET_KEY = 'key-of-the-operator';

let copy: ServiceCopy;
let database: ScratchDatabase;
const services: ServerProcess[] = [];

const serve = async (env: Record<string, string>, program?: string) => {
  const service = await startSessionService({ AGNO_PG_DSN: database.dsn, AGNO_EXPLORER: 'true', ...env }, program);
  services.push(service);
  return service;
};

beforeAll(async () => {
  copy = copyServiceWithExplorer(FILES);
  database = await createScratchDatabase();
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  copy.remove();
});

describe('the files of the explorer', () => {
  let service: ServerProcess;
  // They need no token.
  beforeAll(async () => {
    service = await serve({ OS_SECURITY_KEY: SECRET_KEY }, copy.program);
  });

  it('include the page at /explorer/, which is revalidated each time', async () => {
    const { status, headers, body } = await send(service, '/explorer/?session=a%2Fb&db=eu');
    expect([status, body.toString()]).toEqual([200, PAGE]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(PAGE)),
      'cache-control': 'no-cache',
      etag: expect.stringMatching(/^"[\w-]{43}"$/),
      'x-request-id': expect.any(String),
    });
    // A proxy may send an absolute URL.
    expect((await send(service, `${service.baseUrl}/explorer/`)).body.toString()).toBe(PAGE);
    const known = await send(service, '/explorer/', { 'if-none-match': `W/${headers.etag}` });
    expect([known.status, known.body.length, known.headers.etag]).toEqual([304, 0, headers.etag]);
    expect((await send(service, '/explorer/', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it.each([
    ['/explorer', '/explorer/'],
    ['/explorer?session=a%2Fb&x=/', '/explorer/?session=a%2Fb&x=/'],
    ['/explorer?', '/explorer/'],
    ['/%65xplorer/?x', '/explorer/?x'],
    ['/explorer//', '/explorer/'],
    ['/explorer?q=%0d%0aSet-Cookie:x', '/explorer/?q=%0d%0aSet-Cookie:x'],
  ])('include a redirect that keeps the query: %s → %s', async (path, location) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers, body } = await send(service, path, {}, method);
      expect([status, headers.location, body.length]).toEqual([308, location, 0]);
    }
  });

  it.each([
    [SCRIPT_PATH, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/explorer/assets/index-C0ffee00.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/explorer/assets/pixel-0a1b2c3d.png', 'image/png', 'public, max-age=31536000, immutable'],
    ['/explorer/favicon.svg', 'image/svg+xml', 'no-cache'],
  ])('have their type and their age: %s', async (path, type, cacheControl) => {
    const { status, headers, body } = await send(service, path);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, type, cacheControl]);
    expect(body).toEqual(Buffer.from(FILES[path.slice('/explorer/'.length) as keyof typeof FILES]));
  });

  it.each(['/explorer/', '/explorer', SCRIPT_PATH, '/explorer/assets/pixel-0a1b2c3d.png', '/explorer/missing'])(
    'have headers against foreign content, frames and leaks: %s',
    async (path) => {
      expect((await send(service, path)).headers).toMatchObject({
        'content-security-policy':
          "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; frame-ancestors 'none'; " +
          "base-uri 'none'; form-action 'none'; object-src 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
    },
  );

  it('are compressed with brotli for clients that accept it', async () => {
    const plain = await send(service, SCRIPT_PATH);
    expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, 'Origin, Accept-Encoding']);
    for (const accepted of ['br', 'gzip, deflate, br, zstd', 'gzip;q=1.0, BR ; q=0.5']) {
      const { headers, body } = await send(service, SCRIPT_PATH, { 'accept-encoding': accepted });
      expect([headers['content-encoding'], headers.vary]).toEqual(['br', 'Origin, Accept-Encoding']);
      expect([headers['content-length'], headers['content-type']]).toEqual([
        String(body.length),
        plain.headers['content-type'],
      ]);
      expect(body.length).toBeLessThan(SCRIPT.length / 10);
      expect(brotliDecompressSync(body).toString()).toBe(SCRIPT);
      expect(headers.etag).not.toBe(plain.headers.etag);
      const condition = { 'accept-encoding': accepted, 'if-none-match': String(headers.etag) };
      expect((await send(service, SCRIPT_PATH, condition)).status).toBe(304);
    }
    for (const accepted of ['gzip', 'br;q=0', 'gzip, br; q=0.00', 'brotli', '*']) {
      const { headers, body } = await send(service, SCRIPT_PATH, { 'accept-encoding': accepted });
      expect([headers['content-encoding'], body.toString()]).toEqual([undefined, SCRIPT]);
    }
    const image = await send(service, '/explorer/assets/pixel-0a1b2c3d.png', { 'accept-encoding': 'br' });
    expect([image.headers['content-encoding'], image.body]).toEqual([undefined, PIXEL]);
  });

  it('get the same headers by HEAD, without a body', async () => {
    const { date: _get, 'x-request-id': _id, ...expected } = (await send(service, SCRIPT_PATH)).headers;
    const { status, headers, body } = await send(service, SCRIPT_PATH, {}, 'HEAD');
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers).toMatchObject(expected);
    expect((await send(service, '/explorer/', { 'if-none-match': '*' }, 'HEAD')).status).toBe(304);
  });

  it.each([
    '/explorer/index.html/x',
    '/explorer/sessions/a',
    '/explorer/assets',
    '/explorer/assets/',
    '/explorer/assets/missing-00000000.js',
    `${SCRIPT_PATH}.br`,
    '/explorer/../package.json',
    '/explorer/..%2fservice/main.js',
    '/explorer/assets/..%2f..%2fservice%2fmain.js',
    '/explorer/%2e%2e/service/main.js',
    '/explorer/%252e%252e%252fservice%252fmain.js',
    '/explorer/..%5cservice%5cmain.js',
    '/explorer//etc/passwd',
    '/explorer/%2fetc%2fpasswd',
    '/explorer/index.html%00',
    '/explorer/%00',
    '/explorer/%ff',
    '/explorer/constructor',
    '/explorer/__proto__',
    '/Explorer/',
    '//explorer/',
  ])('do not include %s: 404 in the format of AgentOS', async (path) => {
    const { status, headers, body } = await send(service, path, { authorization: `Bearer ${SECRET_KEY}` });
    expect([status, headers['content-type'], body.toString()]).toEqual([404, 'application/json', NOT_FOUND]);
  });

  it('are read only: other methods get 405, or 404 where there is no page', async () => {
    const authorization = { authorization: `Bearer ${SECRET_KEY}` };
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const page = await send(service, '/explorer/', authorization, method);
      expect([page.status, page.headers.allow]).toEqual([405, 'GET, HEAD']);
      const whoami = await send(service, '/explorer/whoami', authorization, method);
      expect([whoami.status, whoami.headers.allow]).toEqual([405, 'GET']);
      expect((await send(service, SCRIPT_PATH, authorization, method)).status).toBe(404);
    }
    expect((await send(service, '/explorer/whoami', authorization, 'HEAD')).status).toBe(405);
  });

  it('accept URLs up to the limit of the request head', async () => {
    const query = `session=${'x'.repeat(15_900)}`;
    expect((await send(service, `/explorer/?${query}`)).status).toBe(200);
    expect((await send(service, `/explorer?${query}`)).headers.location).toBe(`/explorer/?${query}`);
    expect((await send(service, `/explorer/?${'x'.repeat(16_400)}`)).status).toBe(431);
  });
});

describe('the built page', () => {
  it('has only files of its own, which its Content-Security-Policy allows', async () => {
    const service = await serve({});
    const page = (await send(service, '/explorer/')).body.toString();
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script>/);
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThanOrEqual(2);
    for (const link of links) {
      const { origin, pathname } = new URL(link, `${service.baseUrl}/explorer/`);
      expect(origin).toBe(service.baseUrl);
      const { status, headers } = await send(service, pathname, { 'accept-encoding': 'br' });
      expect([pathname, status, headers['content-encoding'], headers['cache-control']]).toEqual([
        pathname,
        200,
        'br',
        expect.stringContaining('immutable'),
      ]);
    }
  });
});
