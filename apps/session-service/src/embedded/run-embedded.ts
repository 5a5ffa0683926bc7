import { resolve } from 'node:path';
import { serve } from '../bootstrap.js';
import { hasDsn } from '../config/database.config.js';
import { ConfigError, validateEnvironment } from '../config/validate-environment.js';
import { isExplorerBuilt } from '../package-files.js';
import { loadDemo } from './demo/load-demo.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { welcome } from './welcome.js';

/**
 * Runs the service without any configuration: starts its own PostgreSQL server with data in `.data/postgres` of the
 * working directory. If the environment contains a DSN, it starts no server. Serves the explorer unless AGNO_EXPLORER is
 * `false`. `--demo` loads sample sessions.
 */
async function run(): Promise<void> {
  const env = { ...process.env };
  const folder = hasDsn(env) ? undefined : resolve('.data/postgres');
  if (folder !== undefined) {
    const startedAt = performance.now();
    process.stdout.write('Starting PostgreSQL … ');
    const database = await startEmbeddedPostgres(folder);
    process.stdout.write(`${Math.round((performance.now() - startedAt) / 1_000)} s\n`);
    // The `exit` event follows every cause of exit, after all requests have been answered.
    process.once('exit', () => database.stop());
    env.AGNO_PG_DSN = database.dsn;
  }
  if (isStopping) return;
  if (!env.AGNO_EXPLORER?.trim() && isExplorerBuilt()) env.AGNO_EXPLORER = 'true';
  const validated = validateEnvironment(env);
  const service = await serve(validated, env);
  const config = { ...validated, http: { ...validated.http, port: service.port } };
  const isDemo = process.argv.includes('--demo');
  const samples = isDemo ? await loadDemo(config.database) : 0;
  if (!isStopping) {
    // Writes the buffered log lines first, so that they precede the welcome text. The error is ignored: a pipe has no
    // fsync.
    await new Promise<void>((flushed) => service.logger.flush(() => flushed()));
    process.stdout.write(welcome(config, folder, samples));
  }
  await service.closed;
}

let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  // Without this listener a signal during the start would end the process and leave PostgreSQL running.
  process.on(signal, () => {
    isStopping = true;
  });
}

try {
  await run();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error}\n`);
  process.exit(1);
}
