import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UPGRADE_TO_V3, V2_TABLES } from '../support/agno-tables.js';
import { call } from '../support/api.js';
import { createLimitedRole } from '../support/limited-role.js';
import { createScratchDatabase } from '../support/scratch-database.js';
import { CHECKOUT, startSessionService } from '../support/session-service.js';

const DOCUMENT = readFileSync(resolve(CHECKOUT, 'docs/configuration.md'), 'utf8');
const [GRANTS = '', OPTIONAL_GRANTS = ''] = Array.from(DOCUMENT.matchAll(/```sql\n(.*?)```/gs), ([, sql = '']) => sql);
const RUN = { run_id: 'r', agent_id: 'a', messages: [{ role: 'user', content: 'hello' }] };

describe('a role with the rights of docs/configuration.md', () => {
  it('serves every route, and deletes a session with its compactions', async () => {
    const database = await createScratchDatabase();
    await database.sql(V2_TABLES);
    await database.sql(UPGRADE_TO_V3);
    await database.sql('CREATE TABLE ai.agno_compactions (id varchar, session_id varchar)');
    await database.sql('CREATE TABLE IF NOT EXISTS ai.agno_service_accounts (id varchar)');
    const role = await createLimitedRole(database);
    await database.sql(
      `REVOKE ALL ON ALL TABLES IN SCHEMA ai FROM ${role.name}; REVOKE ALL ON SCHEMA ai FROM ${role.name}`,
    );
    await database.sql(`${GRANTS}${OPTIONAL_GRANTS}`.replaceAll('agno_service;', `${role.name};`));
    const service = await startSessionService({ AGNO_PG_DSN: role.dsn });
    const request = async (path: string, method = 'GET', body?: object) =>
      (await call(service.baseUrl, path, { method, body })).status;
    try {
      expect([
        await request('/sessions', 'POST', { session_id: 's', agent_id: 'a', runs: [RUN] }),
        await request('/sessions'),
        await request('/sessions/s'),
        await request('/sessions/s/runs'),
        await request('/sessions/s/runs/r'),
        await request('/sessions/s', 'PATCH', { metadata: { a: 1 } }),
        await request('/sessions/s/rename', 'POST', { session_name: 'n' }),
        await request('/sessions', 'DELETE', { session_ids: ['s'], session_types: ['agent'] }),
        await request('/readyz'),
      ]).toEqual([201, 200, 200, 200, 200, 200, 200, 204, 200]);
      expect(await database.sql('SELECT FROM ai.agno_runs')).toEqual([]);
    } finally {
      await service.stop();
    }
  });
});
