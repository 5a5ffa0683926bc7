import { writeFileSync } from 'node:fs';
import { startPostgres } from '../support/postgres.js';
import { CASES } from './cases/index.js';
import { readOptions } from './harness/options.js';
import { DATABASES } from './harness/layouts.js';
import { loadDatabase } from './harness/dump.js';
import { startOurs } from './harness/sides.js';
import { perform } from './harness/perform.js';
import { judge } from './harness/judge.js';
import { DEVIATIONS } from './deviations.js';
import { expectationOf } from './harness/record.js';
import { caseKey, readRecording } from './harness/recording.js';
const options = readOptions(process.argv.slice(2));
const pg = await startPostgres();
const out: unknown[] = [];
for (const layout of options.layouts) {
  for (const d of DATABASES[layout]) if (d.template && !out.includes(d.template)) { try { await loadDatabase(await pg.createDatabase('seed_' + d.template), d.template); } catch {} }
  const ours = await startOurs(pg, layout);
  const rec = readRecording(layout);
  for (const c of CASES.filter((c) => c.layouts.includes(layout))) {
    const e = rec.get(caseKey(c)); if (!e) continue;
    try {
      const o = await perform(ours, c);
      const found = judge(c, e, o, DEVIATIONS.filter((d) => d.case === caseKey(c) && (d.layouts ?? [layout]).includes(layout)));
      if (found.length) out.push({ layout, key: caseKey(c), found, theirs: e, ours: expectationOf(c, o) });
    } catch (x) { out.push({ layout, key: caseKey(c), error: String(x) }); }
  }
  await ours.close();
}
writeFileSync('/tmp/proposed.json', JSON.stringify(out, null, 1));
await pg.stop(); process.exit(0);
