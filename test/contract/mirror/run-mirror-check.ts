/** `mirror/run-mirror-check.ts [--seed N] [--count N] [--html FILE]`: the mirror between a live AgentOS and us, which must see all of it. */
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
const ODD_SESSIONS = 12;
/** A seeded run whose content is changed in our database alone: nothing that a request can filter or sort by. */
const [PLANTED = []] = SEEDED_RUN_IDS;

async function main(): Promise<number> {
  const report = new SuiteReport((line) => process.stdout.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), 'agno-mirror-'));
  const postgres = await startPostgres();
  try {
    const templates = new Templates(postgres);
    const [oracle, ours] = await bothStarted(startOracle(templates, 'v3'), startOurs(templates, 'v3'));
    const ids = await addOddSessions([oracle, ours]);
    const log = join(folder, 'access.log');
    writeFileSync(log, generateAccessLog(Number(values.seed), Number(values.count), ids));
    judge(report, 'the same data', await mirror(log, oracle, ours), { exitCode: 0, isPlanted: false });
    await plant(ours);
    judge(report, 'one run changed', await mirror(log, oracle, ours), { exitCode: 1, isPlanted: true });
    await Promise.all([oracle.stop(), ours.stop()]);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true });
  }
  process.stdout.write(`\nThe second report is ${values.html}\n`);
  report.summary();
  return report.failed === 0 && report.passed > 0 ? 0 : 1;
}

/** Sessions by chance, the same on both sides, some of them beyond what AgentOS can answer. */
async function addOddSessions(sides: readonly RunningSide[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < ODD_SESSIONS; at++) {
    const id = `odd-${at}`;
    ids.push(id);
    for (const { databases, layout } of sides) {
      const [client] = databases.values();
      const { runs: _, ...session } = randomSession(new SeededRandom(Number(values.seed) + at));
      if (client !== undefined) await insertSession(client, layout, { ...session, session_id: id, created_at: at });
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
  if (rowCount !== 1) throw new Error('there is no run to plant a difference in');
}

/** Not waited for in a way that would keep this process from reading what the servers print: they would stand still. */
async function mirror(
  log: string,
  oracle: RunningSide,
  ours: RunningSide,
): Promise<{ exitCode: number | null; report: MirrorReport }> {
  const json = `${log}.json`;
  const program = resolve(CHECKOUT, 'dist/apps/session-mirror/src/session-mirror.js');
  const sides = ['--python', oracle.baseUrl, '--ours', ours.baseUrl, '--rate', '1000'];
  const files = ['--json', json, '--html', values.html];
  const child = spawnTracked(process.execPath, [program, 'replay', log, ...sides, ...files], { stdio: 'inherit' });
  const [status] = (await once(child, 'exit')) as [number | null];
  return { exitCode: status, report: JSON.parse(readFileSync(json, 'utf8')) as MirrorReport };
}

/** Everything was asked; what differs is the planted name and nothing else. */
function judge(
  report: SuiteReport,
  name: string,
  { exitCode, report: seen }: Awaited<ReturnType<typeof mirror>>,
  expected: { exitCode: number; isPlanted: boolean },
): void {
  const check = (what: string, wanted: unknown, actual: unknown) => {
    const [first, second] = [String(wanted), String(actual)];
    report.add('mirror', name, what, first === second ? [] : [{ path: what, expected: first, actual: second }]);
  };
  const asked = Object.values(seen.total.counts).reduce((sum, count) => sum + count, 0);
  const differing = seen.findings.filter(({ kind }) => kind === 'different');
  const found = differing.flatMap(({ examples }) => examples.flatMap((example) => example.differences));
  check('exit code', expected.exitCode, exitCode);
  check('every request is asked', Number(values.count), asked);
  check('skipped', '{}', JSON.stringify(seen.skipped));
  check('not answered', 0, seen.total.counts.error);
  check('found', expected.isPlanted, differing.length > 0);
  check(
    'nothing but what was planted',
    true,
    found.every(({ path, actual }) => /\.content(_preview)?$/.test(path) && actual === '"Planted"'),
  );
}

process.exitCode = await main();
