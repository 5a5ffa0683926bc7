import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runToEnd } from '../support/child-process.js';
import { CHECKOUT } from '../support/session-service.js';
import { describeGateways } from './echo-gateway.js';
import { startGateway } from './gateway-process.js';
import { Upstream } from './upstream.js';

const SCRIPT = resolve(CHECKOUT, 'deploy/gateway/run.sh');
const ADDRESSES = ['--sessions', 'http://127.0.0.1:8080', '--agentos', 'http://127.0.0.1:7777', '--port', '8000'];

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agno-gateway-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('deploy/gateway/run.sh', () => {
  it.for<[string, string[]]>([
    ['usage: run.sh nginx|haproxy|caddy', []],
    ['usage: run.sh nginx|haproxy|caddy', ['apache', ...ADDRESSES]],
    ['--sessions URL is missing', ['nginx', ...ADDRESSES.slice(2)]],
    ['--agentos URL is missing', ['nginx', ...ADDRESSES.slice(0, 2), '--port', '8000']],
    ['--port N is missing', ['nginx', ...ADDRESSES.slice(0, 4)]],
    ['not a URL such as http://127.0.0.1:8080: https://x', ['nginx', ...ADDRESSES, '--sessions', 'https://x']],
    ['not a URL such as http://127.0.0.1:8080: http://x/path', ['nginx', ...ADDRESSES, '--agentos', 'http://x/path']],
    ['unknown option: --verbose', ['nginx', ...ADDRESSES, '--verbose', '1']],
    ['a value is missing: --port', ['nginx', ...ADDRESSES.slice(0, 4), '--port']],
  ])('exits with 2: %s', async ([message, args]) => {
    const { code, output } = await runToEnd(SCRIPT, args, { timeoutMs: 30_000 });
    expect([code, output]).toEqual([2, expect.stringContaining(message)]);
  });

  it('says how to install a proxy that is missing', async () => {
    const folder = temporaryFolder();
    for (const program of ['bash', 'dirname']) symlinkSync(`/usr/bin/${program}`, join(folder, program));
    const env = { PATH: folder };
    const { code, output } = await runToEnd(SCRIPT, ['caddy', ...ADDRESSES], { timeoutMs: 30_000, env });
    expect([code, output]).toEqual([2, expect.stringContaining('apt-get install caddy')]);
  });
});

describeGateways('run.sh', (proxy) => {
  it('ends with the proxy on SIGTERM and leaves no files', async () => {
    const folder = temporaryFolder();
    const upstream = await Upstream.start('AgentOS');
    const { baseUrl } = upstream;
    const gateway = await startGateway(proxy, { sessions: [baseUrl], agentos: baseUrl }, { TMPDIR: folder });
    expect(readdirSync(folder)).toHaveLength(1);
    await gateway.stop();
    await upstream.stop();
    expect(readdirSync(folder)).toEqual([]);
    await expect(fetch(gateway.baseUrl)).rejects.toThrow('fetch failed');
  });
});
