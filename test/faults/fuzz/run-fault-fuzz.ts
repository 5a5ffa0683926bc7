/** Sends hostile requests to the built service, by default 100,000. `--seed N --count 1` repeats the request of seed N. */
import { parseArgs } from 'node:util';
import { startPostgres } from '../../support/postgres.js';
import { startSessionService } from '../../support/session-service.js';
import { appendReliabilityRow } from '../support/reliability-rows.js';
import { fuzz } from './fuzz.js';
import { FuzzedTables } from './fuzzed-tables.js';

const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
const count = Number(values.count ?? 100_000);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000_000));

const postgres = await startPostgres();
const service = await startSessionService({ AGNO_PG_DSN: await postgres.createDatabase('fuzz') });
try {
  await fetch(`${service.baseUrl}/sessions`, { method: 'POST' });
  const tables = await FuzzedTables.of(postgres.url('fuzz'));
  const start = performance.now();
  const { requests, statuses, violations } = await fuzz(service.baseUrl, tables, seed, count);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  await tables.end();
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${status || 'none'}: ${times}`);
  console.log(`seed ${seed}, ${requests} requests in ${seconds} s; ${counts.join(', ')}`);
  appendReliabilityRow('fuzz', {
    fault: `Random hostile requests, from seed ${seed}; rejected requests are sent twice`,
    requests,
    outcome: `${counts.join(', ')}; ${violations.length} violations (5xx, no response within 1 s, or a row changed by a rejected request)`,
    lostWrites: 0,
    wrongAnswers: violations.length,
    command: `make build && test/faults/faults.sh --fuzz --count ${count} --seed ${seed}`,
  });
  for (const violation of violations.slice(0, 50)) console.log(violation);
  const errors = service
    .output()
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"level":"warn"'));
  for (const line of errors.slice(0, 20)) console.log(line);
  if (service.ended()) console.log('The service has exited');
  console.log(`${violations.length} violations, ${errors.length} errors in the service's log`);
  process.exitCode = violations.length + errors.length === 0 && !service.ended() ? 0 : 1;
} finally {
  await service.stop();
  await postgres.stop();
}
