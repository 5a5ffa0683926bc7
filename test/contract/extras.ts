import { jsonDifferences, parseJson } from '@session-service/comparison';
import { isInstalled, startGateway } from '../gateway/gateway-process.js';
import type { ServerProcess } from '../support/child-process.js';
import { startSessionService } from '../support/session-service.js';
import { authenticationUnits } from './auth/run-authentication.js';
import { CASES } from './cases/index.js';
import { SEEDED_IDS } from './cases/seeded-ids.js';
import { compareAgentOsRoutes, useAgentUi } from './client/gateway-checks.js';
import { get, send } from './harness/contract-case.js';
import { serviceEnv } from './harness/layouts.js';
import { AGNO_2_VERSION, AGNO_VERSION, startAgentOs, tryPython } from './harness/python.js';
import { createTextClient, tableExists } from './harness/read-database.js';
import { sendStep as request } from './harness/send-step.js';
import { bothStarted } from './harness/sides.js';
import { Suite } from './harness/suite.js';
import type { SuiteOptions } from './harness/suite-options.js';
import type { SuiteReport } from './harness/suite-report.js';
import type { Templates } from './harness/templates.js';
import type { Unit } from './harness/units.js';
import { compareInvalidSearches } from './search/run-invalid-searches.js';

/** Units that are no layouts: authentication, databases shared with Python, agno's Python client, and a gateway. */
export function extraUnits(templates: Templates, options: SuiteOptions): Unit[] {
  return [
    ...authenticationUnits(templates, options.behind),
    { name: 'shared: v3', run: (report) => shareV3(templates, report) },
    { name: 'shared: v2', run: (report) => shareV2(templates, report) },
    { name: 'invalid searches', run: (report) => compareInvalidSearches(templates, report) },
    { name: 'client', run: (report) => useClient(templates, report) },
    ...(options.behind === undefined ? gatewayUnits(templates, options) : []),
  ];
}

/** Units behind nginx, whose other upstream is a live AgentOS. */
function gatewayUnits(templates: Templates, options: SuiteOptions): Unit[] {
  if (!isInstalled('nginx')) {
    process.stdout.write('Skipped the units behind nginx, which is not installed.\n');
    return [];
  }
  return [
    ...new Suite(templates, { ...options, layouts: ['v3'], behind: 'nginx' }, CASES).units(),
    { name: 'clients behind nginx', run: (report) => useClientsBehindNginx(templates, report) },
  ];
}

/** The service and a live AgentOS on one database, at one address. */
async function useClientsBehindNginx(templates: Templates, report: SuiteReport): Promise<void> {
  const dsn = await templates.copy('v3', 'client_nginx');
  const [ours, python] = await bothStarted(startService(dsn), startAgentOs(AGNO_VERSION, [`default=${dsn}`]));
  try {
    const gateway = await startGateway('nginx', { sessions: [ours.baseUrl], agentos: python.baseUrl });
    try {
      const check = (name: string, script: string, args: readonly string[]) =>
        runChecks(report, 'client', `${name} through nginx`, AGNO_VERSION, script, args);
      await check('AgentOSClient, RemoteDb', 'client/sessions_client.py', [gateway.baseUrl, 'behind-agentos']);
      await check('RemoteAgent, from_config', 'client/gateway_client.py', [gateway.baseUrl, python.baseUrl]);
      await useAgentUi(gateway.baseUrl, python.baseUrl, report);
      await compareAgentOsRoutes(gateway.baseUrl, python.baseUrl, report);
    } finally {
      await gateway.stop();
    }
  } finally {
    await Promise.all([ours.stop(), python.stop()]);
  }
}

async function shareV3(templates: Templates, report: SuiteReport): Promise<void> {
  const dsn = await templates.copy('v3', 'shared_v3');
  const [ours, python] = await bothStarted(startService(dsn), startAgentOs(AGNO_VERSION, [`default=${dsn}`]));
  try {
    const args = [ours.baseUrl, dsn];
    await runChecks(report, 'shared', `agno ${AGNO_VERSION} on v3`, AGNO_VERSION, 'client/shared_database.py', args);
    await compareOnOneDatabase(python.baseUrl, ours.baseUrl, report);
  } finally {
    await Promise.all([ours.stop(), python.stop()]);
  }
}

async function shareV2(templates: Templates, report: SuiteReport): Promise<void> {
  const dsn = await templates.copy('v2', 'shared_v2');
  const name = `agno ${AGNO_2_VERSION} on v2`;
  await withService(dsn, (baseUrl) =>
    runChecks(report, 'shared', name, AGNO_2_VERSION, 'client/shared_database.py', [baseUrl, dsn]),
  );
  const found = (await hasRunsTable(dsn))
    ? [{ path: 'ai.agno_runs', expected: 'no such table', actual: 'created' }]
    : [];
  report.add('shared', name, 'no table is added to a v2 database', found);
}

async function useClient(templates: Templates, report: SuiteReport): Promise<void> {
  await withService(await templates.copy('v3', 'client_v3'), (baseUrl) =>
    runChecks(report, 'client', 'AgentOSClient, RemoteDb', AGNO_VERSION, 'client/sessions_client.py', [baseUrl]),
  );
}

async function withService(dsn: string, use: (baseUrl: string) => Promise<void>): Promise<void> {
  const service = await startService(dsn);
  try {
    await use(service.baseUrl);
  } finally {
    await service.stop();
  }
}

function startService(dsn: string): Promise<ServerProcess> {
  return startSessionService(serviceEnv(new Map([['default', dsn]])));
}

/** Runs a script that prints `ok NAME` or `not ok NAME: reason` for each check. */
async function runChecks(
  report: SuiteReport,
  kind: 'client' | 'shared',
  route: string,
  version: string,
  script: string,
  args: readonly string[],
): Promise<void> {
  const { code, output } = await tryPython(version, script, args);
  let failed = 0;
  for (const [, failure, name = '', reason = ''] of output.matchAll(/^(not )?ok ([^:\n]*)(?:: (.*))?$/gm)) {
    if (failure !== undefined) failed++;
    report.add(
      kind,
      route,
      name,
      failure === undefined ? [] : [{ path: script, expected: 'the check to pass', actual: reason }],
    );
  }
  if (code !== 0 && failed === 0) {
    report.addError(`${kind}: ${route}`, new Error(`${script} ended with ${code}:\n${output}`));
  }
}

/** Compares responses of a live AgentOS and our service on one database to which both write. */
async function compareOnOneDatabase(python: string, ours: string, report: SuiteReport): Promise<void> {
  const writes = [
    send('POST', '/sessions', { session_id: 'one-db', agent_id: 'a', user_id: 'one', session_state: { n: 1 } }),
    send('PATCH', '/sessions/one-db', { session_name: 'Patched', summary: { summary: 'S' } }),
    send('POST', '/sessions/one-db/rename', { session_name: 'Renamed' }),
  ];
  const reads = ['/sessions?limit=100', '/sessions?user_id=one', '/sessions/one-db', '/sessions/one-db/runs'];
  const seeded = SEEDED_IDS.flatMap((id) => [
    `/sessions/${id}`,
    `/sessions/${id}/runs`,
    `/sessions/${id}/run-previews`,
  ]);
  const compare = async (name: string, paths: readonly string[]) => {
    for (const path of paths) {
      const [theirs, own] = await Promise.all([request(python, get(path)), request(ours, get(path))]);
      // Nothing is masked: both sides read the same rows.
      const found = jsonDifferences(parseJson(theirs.body), parseJson(own.body), { from: 0, to: 0 });
      report.add('shared', 'one database, two servers', `${name}: ${path}`, found);
    }
  };
  await compare('seeded', seeded);
  for (const [writer, baseUrl] of [
    ['Python', python],
    ['the service', ours],
  ] as const) {
    for (const step of writes) {
      await request(baseUrl, step);
      await compare(`${step.method} ${step.path} by ${writer}`, reads);
    }
    await request(baseUrl, send('DELETE', '/sessions/one-db'));
    await compare(`deleted by ${writer}`, ['/sessions/one-db', '/sessions?user_id=one']);
  }
}

async function hasRunsTable(dsn: string): Promise<boolean> {
  const client = createTextClient(dsn);
  await client.connect();
  try {
    return await tableExists(client, 'ai.agno_runs');
  } finally {
    await client.end();
  }
}
