import { isInstalled, startGateway } from '../test/gateway/gateway-process.js';
import type { ServerProcess } from '../test/support/child-process.js';
import type { DatabaseServer } from '../test/support/postgres.js';
import { cpuMicroseconds } from '../test/support/process-metrics.js';
import { createFilledDatabase } from './bench-dataset.js';
import { median } from './measure.js';
import { startSubject } from './subjects.js';
import { checkLimit, type LimitResult } from './target-result.js';
import { MAX_GATEWAY_RATIO } from './targets.js';

/** Value of `--only` that selects this benchmark. */
export const GATEWAY = 'gateway';

const PATHS = ['/sessions', '/sessions/s1', '/sessions/s1/runs'];
const CONNECTIONS = 8;
const REQUESTS = 1_000;
const ROUNDS = 31;

/**
 * Our CPU per request through nginx, relative to kept connections to the service: the median ratio of pairs of rounds, whose
 * order alternates. Nothing if nginx is not installed.
 */
export async function* benchGatewayCost(postgres: DatabaseServer): AsyncGenerator<LimitResult> {
  if (!isInstalled('nginx')) return;
  const dsn = await createFilledDatabase(postgres, 'gateway', { sessions: 1_000, runs: 5, runBytes: 4_000 });
  const service = await startSubject('ours', dsn);
  const gateway = await startGateway('nginx', { sessions: [service.baseUrl], agentos: service.baseUrl });
  try {
    for (const path of PATHS) {
      const ratios: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const urls = [service.baseUrl, gateway.baseUrl];
        const costs = new Map<string, number>();
        for (const url of round % 2 === 0 ? urls : urls.toReversed()) costs.set(url, await cpuOf(service, url + path));
        const [direct = 0, proxied = 0] = urls.map((url) => costs.get(url));
        if (round > 0) ratios.push(proxied / direct);
      }
      const what = `CPU per request to ${path} through nginx, relative to kept connections`;
      yield { what, ...checkLimit(median(ratios), MAX_GATEWAY_RATIO, '≤', ' ×') };
    }
  } finally {
    await gateway.stop();
    await service.stop();
  }
}

/** CPU microseconds of the service for REQUESTS requests. */
async function cpuOf({ pid }: ServerProcess, url: string): Promise<number> {
  const before = cpuMicroseconds(pid);
  let left = REQUESTS;
  const client = async () => {
    while (left-- > 0) {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${url} responded ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  return cpuMicroseconds(pid) - before;
}
