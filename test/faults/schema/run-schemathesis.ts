/** Runs all phases of schemathesis on /openapi.json of the built service. Passes its own arguments to schemathesis. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { spawnTracked } from '../../support/child-process.js';
import { startPostgres } from '../../support/postgres.js';
import { CHECKOUT, startSessionService } from '../../support/session-service.js';
import { scaled } from '../../support/time-scale.js';
import { appendReliabilityRow } from '../support/reliability-rows.js';

const KEY = 'a-key-of-this-run';

const postgres = await startPostgres();
const service = await startSessionService({
  AGNO_PG_DSN: await postgres.createDatabase('schema'),
  OS_SECURITY_KEY: KEY,
});
try {
  const config = ['--config-file', resolve(import.meta.dirname, 'schemathesis.toml')];
  const limits = [`--max-response-time=${scaled(1_000) / 1_000}`, '--no-color', '--seed=1', '--max-examples=100'];
  const target = [
    `${service.baseUrl}/openapi.json`,
    '--header',
    `Authorization: Bearer ${KEY}`,
    ...process.argv.slice(2),
  ];
  const program = resolve(CHECKOUT, '.venv/schemathesis/bin/schemathesis');
  const child = spawnTracked(program, [...config, 'run', ...limits, ...target], {
    stdio: 'inherit',
    cwd: resolve(CHECKOUT, '.cache'),
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (service.ended()) console.log(service.output());
  const statuses = await countByStatus(service.baseUrl);
  appendReliabilityRow('schema', {
    fault: 'Requests that schemathesis generates from `/openapi.json`: examples, coverage, fuzzing, stateful',
    requests: statuses.reduce((sum, [, count]) => sum + count, 0),
    outcome: `${statuses.map(([status, count]) => `${status}: ${count}`).join(', ')}; checks ${code === 0 ? 'passed' : 'failed'}`,
    lostWrites: 0,
    wrongAnswers: code === 0 ? 0 : 1,
    command: 'make build && test/faults/faults.sh --schema',
  });
  process.exitCode = code === 0 && !service.ended() ? 0 : 1;
} finally {
  await service.stop();
  await postgres.stop();
}

/** Number of responses by status, from the service's metrics. Excludes health checks, which wait for the start. */
async function countByStatus(baseUrl: string): Promise<[status: string, count: number][]> {
  const text = await (await fetch(`${baseUrl}/metrics`, { headers: { authorization: `Bearer ${KEY}` } })).text();
  const counts = new Map<string, number>();
  const series =
    /^http_server_request_duration_seconds_count\{(?!.*"\/healthz").*http_response_status_code="(\d+)".*\} (\d+)$/gm;
  for (const [, status = '', count] of text.matchAll(series)) {
    counts.set(status, (counts.get(status) ?? 0) + Number(count));
  }
  return [...counts].sort(([a], [b]) => Number(a) - Number(b));
}
