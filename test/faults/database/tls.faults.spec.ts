import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { call, until } from '../../support/api.js';
import { makeCertificate } from '../../support/server-certificate.js';
import { startSessionService } from '../../support/session-service.js';
import { KillablePostgres } from '../support/killable-postgres.js';
import { recordReliability } from '../support/record-reliability.js';
import { countStatuses } from '../support/response-statistics.js';

const FROM_SERVICE = "FROM pg_stat_activity WHERE application_name = 'agno-session-service'";

/** Without sslmode in the DSN, the service uses TLS if the server offers it. A fail-over may change the server. */
it('a service without sslmode recovers when its database server stops offering TLS, and when it starts to require TLS', async () => {
  const postgres = await KillablePostgres.start();
  onTestFinished(() => postgres.end());
  makeCertificate(postgres.folder);
  await postgres.sql('ALTER SYSTEM SET ssl = on');
  await postgres.sql('SELECT pg_reload_conf()');
  const service = await startSessionService({ AGNO_PG_DSN: await postgres.databases.createDatabase('ai') });
  onTestFinished(async () => void (await service.stop()));
  const areEncrypted = async () => {
    const rows = await postgres.sql<{ ssl: boolean }>(
      `SELECT ssl FROM pg_stat_ssl JOIN (SELECT pid ${FROM_SERVICE}) s USING (pid)`,
    );
    return [...new Set(rows.map(({ ssl }) => ssl))];
  };
  const statuses: { status: number }[] = [];
  const ask = async () => {
    const { status } = await call(service.baseUrl, '/sessions');
    statuses.push({ status });
    return status;
  };

  expect((await call(service.baseUrl, '/sessions', { method: 'POST', body: { session_id: 's' } })).status).toBe(201);
  expect(await areEncrypted()).toEqual([true]);

  await postgres.sql('ALTER SYSTEM SET ssl = off');
  await postgres.sql(`SELECT pg_reload_conf(), (SELECT count(pg_terminate_backend(pid)) ${FROM_SERVICE})`);
  await until(async () => (await ask()) === 200);
  expect(await areEncrypted()).toEqual([false]);

  const rules = join(postgres.folder, 'pg_hba.conf');
  await postgres.sql('ALTER SYSTEM SET ssl = on');
  writeFileSync(rules, readFileSync(rules, 'utf8').replace(/^host\b/gm, 'hostssl'));
  await postgres.sql(`SELECT pg_reload_conf(), (SELECT count(pg_terminate_backend(pid)) ${FROM_SERVICE})`);
  await until(async () => (await ask()) === 200);
  recordReliability({
    fault: 'A database server stops offering TLS, then starts to require it; no `sslmode` in the DSN',
    requests: statuses.length,
    outcome: `${countStatuses(statuses)}; one request at a time, until the first 200 after each change`,
    lostWrites: 0,
    wrongAnswers: 0,
  });
});
