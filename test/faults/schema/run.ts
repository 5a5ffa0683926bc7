/** schemathesis, all its phases, against /openapi.json of the built service; further arguments are passed on to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { startPostgres } from '../../support/postgres.js';
import { CHECKOUT, startSessionService } from '../../support/session-service.js';

const KEY = 'a-key-of-this-run';

const postgres = await startPostgres();
const service = await startSessionService({
  AGNO_PG_DSN: await postgres.createDatabase('schema'),
  OS_SECURITY_KEY: KEY,
});
try {
  const config = ['--config-file', resolve(import.meta.dirname, 'schemathesis.toml')];
  const limits = ['--max-response-time=1', '--no-color', '--seed=1', '--max-examples=100'];
  const asked = [
    `${service.baseUrl}/openapi.json`,
    '--header',
    `Authorization: Bearer ${KEY}`,
    ...process.argv.slice(2),
  ];
  const program = resolve(CHECKOUT, '.venv/schemathesis/bin/schemathesis');
  const child = spawn(program, [...config, 'run', ...limits, ...asked], {
    stdio: 'inherit',
    cwd: resolve(CHECKOUT, '.cache'),
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (service.ended()) console.log(service.output());
  process.exitCode = code === 0 && !service.ended() ? 0 : 1;
} finally {
  await service.stop();
  await postgres.stop();
}
