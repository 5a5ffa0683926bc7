/** `npm run indexes -- [--apply | --remove] [--db ID]`: shows, builds or drops the indexes that lists want. */
import { parseArgs } from 'node:util';
import { Database, DatabaseUnavailable, Deadline, UNLOGGED, UNOBSERVED } from '@session-service/database';
import { sessionIndexes } from '@session-service/storage';
import { ConfigError } from './config/environment.js';
import { loadConfig } from './config/load-config.js';

const USAGE = 'npm run indexes -- [--apply | --remove] [--db ID]';

/** Without an option only tells what it would do: building an index on a large table is the operator's decision. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { apply: { type: 'boolean' }, remove: { type: 'boolean' }, db: { type: 'string' } },
  });
  if (values.apply && values.remove) throw new Error(USAGE);
  const config = loadConfig(process.env);
  const chosen = config.databases.filter(({ id }) => values.db === undefined || id === values.db);
  if (chosen.length === 0) throw new Error(`No database is configured with id '${values.db}'`);
  // An index may take longer to build than any request may run.
  const limits = { ...config.pool, statementTimeoutMs: 0 };
  for (const target of chosen) {
    const database = new Database(target, limits, UNOBSERVED, UNLOGGED);
    try {
      for (const index of sessionIndexes(config)) {
        const text = values.remove ? index.drop : index.create;
        if (values.apply || values.remove) await database.query({ name: '', text }, [], new Deadline());
        print(
          `${values.apply || values.remove ? 'done' : 'would run'} on '${target.id}' (${index.purpose}):\n  ${text};`,
        );
      }
    } finally {
      await database.close();
    }
  }
  if (!values.apply && !values.remove)
    print('Nothing was changed. --apply runs these statements, --remove drops the indexes.');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  const cause = error instanceof DatabaseUnavailable && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const isExpected = error instanceof ConfigError || error instanceof Error;
  process.stderr.write(`${isExpected ? error.message : error}${cause}\n`);
  process.exitCode = 1;
}
