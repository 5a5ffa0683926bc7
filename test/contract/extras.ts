import { differences, parseJson } from '@agno/comparison';
import type { DatabaseServer } from '../support/postgres.js';
import { startSessionService } from '../support/session-service.js';
import { runAuthentication } from './auth/run-authentication.js';
import { SEEDED } from './cases/seeded.js';
import { get, send } from './harness/case.js';
import { send as request } from './harness/http.js';
import { serviceEnv } from './harness/layouts.js';
import { AGNO_2_VERSION, AGNO_VERSION, startAgentOs, tryPython } from './harness/python.js';
import type { Report } from './harness/report.js';
import { connect, exists } from './harness/rows.js';

/** What is more than a comparison of two copies: the public Python client, authentication, and one database for Python and us. */
export async function runExtras(postgres: DatabaseServer, report: Report): Promise<void> {
  await withService(await postgres.copyDatabase('seed_v3', 'client_v3'), async (baseUrl) => {
    await tell(report, 'client', 'AgentOSClient, RemoteDb', AGNO_VERSION, 'client/sessions_client.py', [baseUrl]);
  });
  await runAuthentication(postgres, report);
  const v3 = await postgres.copyDatabase('seed_v3', 'shared_v3');
  await withService(v3, async (baseUrl) => {
    await tell(report, 'shared', `agno ${AGNO_VERSION} on v3`, AGNO_VERSION, 'client/shared_database.py', [
      baseUrl,
      v3,
    ]);
    await compareOnOneDatabase(baseUrl, v3, report);
  });
  const v2 = await postgres.copyDatabase('seed_v2', 'shared_v2');
  await withService(v2, async (baseUrl) => {
    const name = `agno ${AGNO_2_VERSION} on v2`;
    await tell(report, 'shared', name, AGNO_2_VERSION, 'client/shared_database.py', [baseUrl, v2]);
    const found = (await hasRunsTable(v2))
      ? [{ path: 'ai.agno_runs', expected: 'no such table', actual: 'created' }]
      : [];
    report.add('shared', name, 'no table is added to a v2 database', found);
  });
}

async function withService(dsn: string, use: (baseUrl: string) => Promise<void>): Promise<void> {
  const service = await startSessionService(serviceEnv(new Map([['default', dsn]])));
  try {
    await use(service.baseUrl);
  } finally {
    await service.stop();
  }
}

/** Runs a script whose lines say `ok NAME` or `not ok NAME: reason`. */
async function tell(
  report: Report,
  kind: 'client' | 'shared',
  route: string,
  version: string,
  script: string,
  args: readonly string[],
): Promise<void> {
  const { code, output } = await tryPython(version, script, args);
  let failed = 0;
  for (const [, bad, name = '', reason = ''] of output.matchAll(/^(not )?ok ([^:\n]*)(?:: (.*))?$/gm)) {
    if (bad !== undefined) failed++;
    report.add(
      kind,
      route,
      name,
      bad === undefined ? [] : [{ path: script, expected: 'the check to hold', actual: reason }],
    );
  }
  if (code !== 0 && failed === 0) {
    report.add(kind, route, 'the script ends well', [
      { path: script, expected: 'exit code 0', actual: `${code}: ${output}` },
    ]);
  }
}

/** A live AgentOS and our service on the same database answer the same, also about what the other has just written. */
async function compareOnOneDatabase(ours: string, dsn: string, report: Report): Promise<void> {
  const python = await startAgentOs(AGNO_VERSION, [`default=${dsn}`]);
  const writes = [
    send('POST', '/sessions', { session_id: 'one-db', agent_id: 'a', user_id: 'one', session_state: { n: 1 } }),
    send('PATCH', '/sessions/one-db', { session_name: 'Patched', summary: { summary: 'S' } }),
    send('POST', '/sessions/one-db/rename', { session_name: 'Renamed' }),
  ];
  const reads = ['/sessions?limit=100', '/sessions?user_id=one', '/sessions/one-db', '/sessions/one-db/runs'];
  const seeded = SEEDED.flatMap((id) => [`/sessions/${id}`, `/sessions/${id}/runs`, `/sessions/${id}/run-previews`]);
  const compare = async (name: string, paths: readonly string[]) => {
    for (const path of paths) {
      const [theirs, own] = await Promise.all([request(python.baseUrl, get(path)), request(ours, get(path))]);
      // No values are masked: both read what is stored.
      const found = differences(parseJson(theirs.body), parseJson(own.body), { from: 0, to: 0 });
      report.add('shared', 'one database, two servers', `${name}: ${path}`, found);
    }
  };
  try {
    await compare('seeded', seeded);
    for (const [writer, baseUrl] of [
      ['Python', python.baseUrl],
      ['the service', ours],
    ] as const) {
      for (const step of writes) {
        await request(baseUrl, step);
        await compare(`${step.method} ${step.path} by ${writer}`, reads);
      }
      await request(baseUrl, send('DELETE', '/sessions/one-db'));
      await compare(`deleted by ${writer}`, ['/sessions/one-db', '/sessions?user_id=one']);
    }
  } finally {
    await python.stop();
  }
}

async function hasRunsTable(dsn: string): Promise<boolean> {
  const client = connect(dsn);
  await client.connect();
  try {
    return await exists(client, 'ai.agno_runs');
  } finally {
    await client.end();
  }
}
