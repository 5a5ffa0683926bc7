/** Odd requests against the built service: `--count 100000 --seed 1`; one seed with `--count 1` asks that request alone. */
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
  const rows = await FuzzedTables.of(postgres.url('fuzz'));
  const start = performance.now();
  const { requests, statuses, faults } = await fuzz(service.baseUrl, rows, seed, count);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  await rows.end();
  const answers = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${status || 'none'}: ${times}`);
  console.log(`seed ${seed}, ${requests} requests in ${seconds} s; ${answers.join(', ')}`);
  appendReliabilityRow('fuzz', {
    fault: `Odd requests by chance, from seed ${seed}; what was refused is sent twice`,
    requests,
    outcome: `${answers.join(', ')}; 5xx, no answer within 1 s, or a row changed by a refused request: ${faults.length}`,
    lostWrites: 0,
    wrongAnswers: faults.length,
    command: `make build && test/faults/faults.sh --fuzz --count ${count} --seed ${seed}`,
  });
  for (const fault of faults.slice(0, 50)) console.log(fault);
  const errors = service
    .output()
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"level":"warn"'));
  for (const line of errors.slice(0, 20)) console.log(line);
  if (service.ended()) console.log('the service has ended');
  console.log(`${faults.length} faults, ${errors.length} errors in the log`);
  process.exitCode = faults.length + errors.length === 0 && !service.ended() ? 0 : 1;
} finally {
  await service.stop();
  await postgres.stop();
}
