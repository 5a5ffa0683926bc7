/**
 * Checks that the mirror finds exactly the planted difference when it replays a random log to a live AgentOS and our
 * service: `mirror/run-mirror-check.ts [--seed N] [--count N] [--html FILE]`
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { MirrorReport } from '../../../apps/session-mirror/src/report/mirror-report.js';
import { spawnTracked } from '../../support/child-process.js';
import { startPostgres } from '../../support/postgres.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { CHECKOUT } from '../../support/session-service.js';
import { SEEDED_RUN_IDS } from '../cases/seeded-ids.js';
import { randomSession } from '../fuzz/random-sessions.js';
import { insertSession } from '../harness/given-session.js';
import { bothStarted, type RunningSide, startOracle, startOurs } from '../harness/sides.js';
import { SuiteReport } from '../harness/suite-report.js';
import { Templates } from '../harness/templates.js';
import { generateAccessLog } from './generate-access-log.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '2000' },
    html: { type: 'string', default: resolve(CHECKOUT, '.cache/mirror.html') },
  },
});
const RANDOM_SESSIONS = 12;
/** A seeded run whose content is changed only in our database. No filter or sort order depends on the content. */
const [PLANTED = []] = SEEDED_RUN_IDS;

async function main(): Promise<number> {
  const report = new SuiteReport((line) => process.stdout.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), 'agno-mirror-'));
  const postgres = await startPostgres();
  try {
    const templates = new Templates(postgres);
    const [oracle, ours] = await bothStarted(startOracle(templates, 'v3'), startOurs(templates, 'v3'));
    const ids = await addRandomSessions([oracle, ours]);
    const log = join(folder, 'access.log');
    writeFileSync(log, generateAccessLog(Number(values.seed), Number(values.count), ids));
    checkReport(report, 'the same data', await mirror(log, oracle, ours), { exitCode: 0, isPlanted: false });
    await plant(ours);
    checkReport(report, 'one run changed', await mirror(log, oracle, ours), { exitCode: 1, isPlanted: true });
    await Promise.all([oracle.stop(), ours.stop()]);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true });
  }
  process.stdout.write(`\nThe report with the planted difference is ${values.html}\n`);
  report.summary();
  return report.failed === 0 && report.passed > 0 ? 0 : 1;
}

/** Inserts the same random sessions on both sides. AgentOS responds 500 for some of them. */
async function addRandomSessions(sides: readonly RunningSide[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < RANDOM_SESSIONS; index++) {
    const id = `odd-${index}`;
    ids.push(id);
    for (const { databases, layout } of sides) {
      const [client] = databases.values();
      const { runs: _, ...session } = randomSession(new SeededRandom(Number(values.seed) + index));
      if (client !== undefined) await insertSession(client, layout, { ...session, session_id: id, created_at: index });
    }
  }
  return ids;
}

async function plant({ databases }: RunningSide): Promise<void> {
  const [client] = databases.values();
  const { rowCount } =
    (await client?.query(
      `UPDATE ai.agno_runs SET run_data = jsonb_set(run_data, '{content}', '"Planted"') WHERE session_id = $1 AND run_id = $2`,
      [...PLANTED],
    )) ?? {};
  if (rowCount !== 1) throw new Error('The run for the planted difference does not exist');
}

/** Runs the mirror asynchronously, because the servers block if this process does not read their output. */
async function mirror(
  log: string,
  oracle: RunningSide,
  ours: RunningSide,
): Promise<{ exitCode: number | null; report: MirrorReport }> {
  const json = `${log}.json`;
  const program = resolve(CHECKOUT, 'dist/apps/session-mirror/src/session-mirror.js');
  const sides = ['--python', oracle.baseUrl, '--ours', ours.baseUrl, '--rate', '1000'];
  // The mirror refuses to overwrite existing reports.
  for (const file of [json, values.html]) rmSync(file, { force: true });
  const files = ['--json', json, '--html', values.html];
  const child = spawnTracked(process.execPath, [program, 'replay', log, ...sides, ...files], { stdio: 'inherit' });
  const [status] = (await once(child, 'exit')) as [number | null];
  return { exitCode: status, report: JSON.parse(readFileSync(json, 'utf8')) as MirrorReport };
}

/** Checks that all requests were compared and that exactly the planted value differs. */
function checkReport(
  report: SuiteReport,
  name: string,
  { exitCode, report: seen }: Awaited<ReturnType<typeof mirror>>,
  expected: { exitCode: number; isPlanted: boolean },
): void {
  const check = (what: string, expectedValue: unknown, actual: unknown) => {
    const [first, second] = [String(expectedValue), String(actual)];
    report.add('mirror', name, what, first === second ? [] : [{ path: what, expected: first, actual: second }]);
  };
  const compared = Object.values(seen.total.counts).reduce((sum, count) => sum + count, 0);
  const differing = seen.findings.filter(({ kind }) => kind === 'different');
  const found = differing.flatMap(({ examples }) => examples.flatMap((example) => example.differences));
  check('exit code', expected.exitCode, exitCode);
  check('compared requests', Number(values.count), compared);
  check('skipped', '{}', JSON.stringify(seen.skipped));
  check('requests without a response', 0, seen.total.counts.error);
  check('a difference is found', expected.isPlanted, differing.length > 0);
  check(
    'only the planted value differs',
    true,
    found.every(({ path, actual }) => /\.content(_preview)?$/.test(path) && actual === '"Planted"'),
  );
}

process.exitCode = await main();
