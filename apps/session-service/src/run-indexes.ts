/** `npm run indexes -- [--apply | --remove] [--db ID]`: shows, creates or drops the indexes that speed up lists and usage. */
import { parseArgs } from 'node:util';
import {
  Database,
  DatabaseUnavailable,
  Deadline,
  TransactionConflict,
  UNLOGGED,
  UNOBSERVED,
} from '@session-service/database';
import { dropReplacedIndexes, sessionIndexes } from '@session-service/storage';
import { validateEnvironment } from './config/validate-environment.js';

const COMMAND = 'npm run indexes --';

const USAGE = `Usage: ${COMMAND} [--apply | --remove] [--db ID]

Prints the statements that create the indexes which speed up lists and usage, and changes nothing.
  --apply   creates the indexes; writers are not blocked
  --remove  drops them
  --db ID   only on the database with this db_id, instead of all
  --help    prints this text

The databases are those of the service: AGNO_SESSION_DSN_MAP, AGNO_PG_DSN or DATABASE_URL.`;

/** A failed CREATE INDEX CONCURRENTLY leaves an invalid index, which another attempt would take for complete. */
const ONCE = { mayRetry: () => false };

/** Without an option, only prints the statements: the operator decides whether to create an index on a large table. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      apply: { type: 'boolean' },
      remove: { type: 'boolean' },
      db: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return print(USAGE);
  if (values.apply && values.remove) throw new Error(USAGE);
  const { targets, pool, tables } = validateEnvironment(process.env).database;
  const selected = targets.filter(({ id }) => values.db === undefined || id === values.db);
  if (selected.length === 0) throw new Error(`No database is configured with id '${values.db}'`);
  const isDryRun = !values.apply && !values.remove;
  // Creating an index may exceed the statement timeout of requests.
  const limits = { ...pool, statementTimeoutMs: 0 };
  for (const target of selected) {
    const database = new Database(target, limits, UNOBSERVED, UNLOGGED);
    try {
      const run = (text: string) => database.query<{ statement: string }>({ name: '', text }, [], new Deadline(), ONCE);
      const execute = async (sql: string, purpose: string) => {
        if (!isDryRun) await run(sql);
        print(`${isDryRun ? 'would run' : 'done'} on '${target.id}' (${purpose}):\n  ${sql};`);
      };
      for (const index of sessionIndexes(tables)) {
        if (!values.remove && (await run(index.findApplicable)).length === 0) {
          print(`not on '${target.id}', because of its tables: ${index.purpose}`);
          continue;
        }
        if (values.apply && (await run(index.findInvalid)).length > 0) await run(index.drop);
        await execute(values.remove ? index.drop : index.create, index.purpose);
      }
      for (const { statement } of await run(dropReplacedIndexes(tables)))
        await execute(statement, 'an index of an earlier version');
    } finally {
      await database.close();
    }
  }
  // Complete commands: without `--`, npm keeps the option for itself, and this is what the user sees.
  if (isDryRun) print(`Nothing was changed. Create the indexes: ${COMMAND} --apply; drop them: ${COMMAND} --remove`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  const hasCause = error instanceof DatabaseUnavailable || error instanceof TransactionConflict;
  const cause = hasCause && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  process.stderr.write(`${error instanceof Error ? error.message : error}${cause}\n`);
  process.exitCode = 1;
}
